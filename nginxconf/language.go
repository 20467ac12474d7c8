package nginxconf

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// A language is one way to write templates: what its files are called and what
// its tags look like.
type language struct {
	endings []string
	tags    func() *regexp.Regexp
}

// What tags look like. A later bracket of the same kind ends a tag, as it does
// for most of these languages.
const (
	braceTags     = `\{\{\{.*?\}\}\}|\{\{.*?\}\}|\{%.*?%\}`
	hashTags      = `\{#.*?#\}`
	angleTags     = `<%.*?%>`
	shellTags     = `\$\{[A-Z_][A-Z0-9_]*(?:[:?+=-][^{}\n]*)?\}|\$[A-Z_][A-Z0-9_]*\b`
	terraformTags = `\$\$\{|\$\{.*?\}|%\{.*?\}`
	atTags        = `@[A-Za-z_][A-Za-z0-9_]*@`
	nameTags      = `@@[A-Za-z][A-Za-z0-9_.-]*@@|__[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*__`
)

// languages are told by the ending of a file's name. An ending that several
// languages share gives the tags of all of them.
var languages = []language{
	{[]string{".j2", ".jinja", ".jinja2", ".jnj", ".njk", ".twig"}, tagsOf(braceTags, hashTags, nameTags)},
	{[]string{".tmpl", ".gotmpl", ".ctmpl", ".mustache", ".hbs"}, tagsOf(braceTags, shellTags, nameTags)},
	{[]string{".erb", ".epp", ".ejs"}, tagsOf(angleTags, nameTags)},
	{[]string{".template", ".envsubst"}, tagsOf(shellTags, braceTags, angleTags, nameTags)},
	{[]string{".tpl", ".tftpl"}, tagsOf(terraformTags, shellTags, braceTags, nameTags)},
	{[]string{".in"}, tagsOf(atTags, nameTags)},
}

var (
	// anyTags are those of a template whose name does not say so.
	anyTags = tagsOf(braceTags, hashTags, angleTags, nameTags)
	// plainTags may stand in any file: nginx has no use for them.
	plainTags = tagsOf(nameTags)
	// brokenTags are what nginx trips over in a template: a whole tag on one line,
	// and no statement of nginx between doubled braces.
	brokenTags = tagsOf(`\{\{[^{};\n]+\}\}|\{%[^\n]*?%\}|\{#[^\n]*?#\}|<%[^\n]*?%>`)
)

func tagsOf(patterns ...string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile("(?s)" + strings.Join(patterns, "|")) })
}

// languageOf returns the language that a file's name promises; nil for none.
func languageOf(name string) *language {
	ending := path.Ext(name)
	for i := range languages {
		if slices.Contains(languages[i].endings, ending) {
			return &languages[i]
		}
	}
	return nil
}

// TemplateEndings are the endings that mark a file as a template, such as ".j2".
// nginx reads the file that has the name without it.
func TemplateEndings() []string {
	var out []string
	for _, l := range languages {
		out = append(out, l.endings...)
	}
	return out
}

// Rendered returns the name of the file that a template is rendered to, and
// whether the name is that of a template.
func Rendered(name string) (string, bool) {
	if languageOf(name) == nil {
		return name, false
	}
	return strings.TrimSuffix(name, path.Ext(name)), true
}

// A tagRole says what a tag does to the text around it.
type tagRole uint8

const (
	valueTag  tagRole = iota // prints a value
	silentTag                // prints nothing: a comment or an assignment
	insertTag                // prints another template, whole directives perhaps
	openTag                  // starts a part that is printed once, often or never
	elseTag                  // starts its other branch
	closeTag                 // ends it
)

// roleOf classifies a tag. What is not known to be a statement prints a value.
func roleOf(tag string) tagRole {
	switch {
	case strings.HasPrefix(tag, "{{"):
		return braceRole(strings.Trim(tag, "{}-~ \t\r\n"))
	case strings.HasPrefix(tag, "{%"):
		return percentRole(strings.Trim(tag, "{}%-+~ \t\r\n"))
	case strings.HasPrefix(tag, "{#"):
		return silentTag
	case strings.HasPrefix(tag, "<%"):
		return angleRole(strings.TrimSpace(strings.TrimSuffix(tag[2:len(tag)-2], "-")))
	case strings.HasPrefix(tag, "%{"):
		return percentRole(strings.Trim(tag, "%{}~ \t\r\n"))
	}
	return valueTag
}

// braceRole classifies "{{ … }}": a Go template, Mustache, or a value of Jinja.
func braceRole(inner string) tagRole {
	if inner == "" {
		return valueTag
	}
	switch {
	case strings.HasPrefix(inner, "/*"), inner[0] == '!':
		return silentTag
	case inner[0] == '#', inner[0] == '^':
		return openTag
	case inner[0] == '/':
		return closeTag
	case inner[0] == '>':
		return insertTag
	case goAssignment.MatchString(inner):
		return silentTag
	}
	word, rest, _ := strings.Cut(strings.ReplaceAll(inner, "\n", " "), " ")
	rest = strings.TrimSpace(rest)
	operand := rest != "" && strings.IndexByte("|+-*/=<>!~%,)]", rest[0]) < 0
	switch {
	case word == "end" && rest == "":
		return closeTag
	case word == "else":
		return elseTag
	case word == "break" || word == "continue":
		return silentTag
	case !operand:
		return valueTag
	}
	switch word {
	case "if", "range", "with", "define", "block":
		return openTag
	case "template":
		return insertTag
	}
	return valueTag
}

var goAssignment = regexp.MustCompile(`^\$[A-Za-z0-9_]* *:?= `)

// percentRole classifies "{% … %}" and "%{ … }".
func percentRole(inner string) tagRole {
	word := leadingWord(inner)
	switch word {
	case "set", "assign":
		if strings.Contains(inner, "=") {
			return silentTag
		}
		return openTag
	case "if", "for", "macro", "call", "filter", "block", "autoescape", "with", "trans", "unless", "case", "capture", "comment":
		return openTag
	case "else", "elif", "elseif", "elsif", "when":
		return elseTag
	case "include":
		return insertTag
	case "endraw":
		return silentTag
	}
	if strings.HasPrefix(word, "end") {
		return closeTag
	}
	return silentTag
}

// angleRole classifies "<% … %>": ERB, EPP or EJS.
func angleRole(inner string) tagRole {
	switch {
	case strings.HasPrefix(inner, "="), strings.HasPrefix(inner, "%"):
		return valueTag
	case strings.HasPrefix(inner, "#"):
		return silentTag
	}
	inner = strings.TrimSpace(strings.TrimPrefix(inner, "-"))
	opens := angleOpens.MatchString(inner)
	switch word := leadingWord(inner); {
	case strings.HasPrefix(inner, "}"):
		if opens {
			return elseTag
		}
		return closeTag
	case word == "end":
		return closeTag
	case word == "else", word == "elsif", word == "when":
		return elseTag
	case opens:
		return openTag
	case slices.Contains([]string{"if", "unless", "while", "until", "for", "case", "begin"}, word) && !strings.HasSuffix(inner, " end"):
		return openTag
	}
	return silentTag
}

var angleOpens = regexp.MustCompile(`(?:\bdo|\{)\s*(?:\|[^|]*\|)?$`)

// leadingWord returns the letters that a statement starts with.
func leadingWord(s string) string {
	return s[:len(s)-len(strings.TrimLeft(s, "abcdefghijklmnopqrstuvwxyz"))]
}
