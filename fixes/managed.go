package fixes

import (
	"regexp"
	"strings"
)

// Managed returns the words in a file's head that say that a program writes the file,
// so that a change of it will be lost; "" where the head says nothing of the kind.
// The head are the comments before the first other line.
func Managed(text string) string {
	said := head(text)
	for _, p := range managedSigns {
		for _, at := range p.FindAllStringIndex(said, -1) {
			if !denied.MatchString(said[max(0, at[0]-40):at[0]]) {
				return said[at[0]:at[1]]
			}
		}
	}
	return ""
}

// No program says so later than in these lines, and in these bytes of one.
const (
	longestHead = 40
	widestHead  = 400
)

// head returns the text of the comments before the first other line, in one line and
// without the signs and frames around it.
func head(text string) string {
	var words []string
	block := false // within /* or <!--
	n := 0
	for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
		line = strings.TrimSpace(line[:min(len(line), widestHead)])
		opens := strings.HasPrefix(line, "/*") || strings.HasPrefix(line, "<!--")
		prologue := n == 0 && (strings.HasPrefix(line, "<?") || strings.HasPrefix(line, "#!"))
		if n++; n > longestHead || line != "" && !block && !opens && !prologue && !strings.HasPrefix(line, "//") && !strings.ContainsAny(line[:1], "#;") {
			break
		}
		block = (block || opens) && !strings.Contains(line, "*/") && !strings.Contains(line, "-->")
		line = strings.Join(strings.Fields(strings.Trim(line, "#;/*<>!-=~+| \t")), " ")
		if line != "" && !prologue {
			words = append(words, line)
		}
	}
	return strings.Join(words, " ")
}

// The words that those programs and the people who write their templates use. A
// generator that is run once for people to go on from, such as nginxconfig.io, is none
// of them.
const (
	program = `(?:ansible|puppet(?: ?labs)?|chef|cinc|salt(?:stack)?|cloud-?init|terraform|opentofu|pulumi|cfengine|rudder|nix(?:os)?|consul[- ]template|confd|` +
		`gomplate|helm|kops|certbot|plesk|cpanel|directadmin|ispconfig|hestia(?:cp)?|vestacp|froxlor|cloudpanel|runcloud|gitlab-ctl|juju|foreman|bosh|capistrano)`
	writes = `(?:managed|controlled|maintained|administered|generated|created|written|rendered|deployed|provisioned|installed|configured|handled)`
	file   = `(?:this|the) (?:configuration |config |template )?(?:file|configuration|config|vhost|virtual host|unit|script)`
	by     = `(?:by|with|via|using|from|through)`
)

var managedSigns = []*regexp.Regexp{
	regexp.MustCompile(`(?i)(?:` + file + ` (?:is|was|has been) )?(?:automatically )?\b` + writes + ` ` + by + ` (?:the |a |our )?` + program + `\b`),
	regexp.MustCompile(`(?i)\b` + program + `[- ](?:managed|controlled|generated)\b`),
	regexp.MustCompile(`(?i)\b` + file + ` is (?:being )?(?:automatically |auto-?)?(?:managed|controlled) (?:by|with|via) (?:an? |the |our )?[\w.-]+`),
	regexp.MustCompile(`(?i)\b` + file + ` (?:is|was|has been) (?:automatically |auto[- ]?)(?:generated|created|written|managed|maintained|produced)\b`),
	regexp.MustCompile(`(?i)\b` + file + ` (?:is|was|has been) generated automatically\b`),
	regexp.MustCompile(`(?i)(?:^| )(?:auto[- ]?|automatically )generated(?: file\b|,? do not\b| by [\w.-]+ (?:version|\d)|$)`),
	regexp.MustCompile(`(?i)\bgenerated from information provided by the datasource\b`),
	regexp.MustCompile(`(?i)\bif you modify this file manually, certbot will be unable\b`),
	regexp.MustCompile(`(?i)\b(?:do not|don'?t|never) (?:manually |directly )?(?:edit|modify|change|touch|alter) (?:or \w+ )?(?:(?:this|the) (?:file|config|configuration)\b|it\b|manually\b|by hand\b|directly\b)(?: (?:manually|by hand|directly))?`),
	regexp.MustCompile(`(?i)\b(?:do not|don'?t) (?:manually )?(?:edit|modify)(?:[.!]|$)`),
	regexp.MustCompile(`(?i)\b(?:changes|modifications|edits)(?: \w+){0,5}? (?:will|may|might|can|could|would)(?: \w+)? be (?:lost|overwritten|overridden|overriden|reverted|replaced|discarded|undone|erased|removed)\b`),
}

// denied are words before those that turn them round.
var denied = regexp.MustCompile(`(?i)\b(?:not|no longer|never|formerly|previously|originally|initially|once|used to be|isn'?t|wasn'?t|unlike (?:those|files|the ones))(?: \w+)?(?: be| been)? ?$`)
