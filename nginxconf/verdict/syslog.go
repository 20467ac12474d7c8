package verdict

import (
	"slices"
	"strings"
)

var syslogSetters = []setter{
	{"error_log", everywhere, checkSyslog},
	{"access_log", anyHTTP | anyStream, checkSyslog},
}

// The words of ngx_syslog.c; both count in lower case only.
var (
	syslogFacilities = []string{
		"kern", "user", "mail", "daemon", "auth", "intern", "lpr", "news", "uucp", "clock", "authpriv", "ftp", "ntp", "audit", "alert", "cron",
		"local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
	}
	syslogSeverities = []string{"emerg", "alert", "crit", "error", "warn", "notice", "info", "debug"}
)

// maxSyslogTag is the longest tag that ngx_syslog_parse_args takes.
const maxSyslogTag = 32

// checkSyslog judges a log that goes to syslog.
func checkSyslog(s *statement) {
	list, ok := strings.CutPrefix(s.Arg(0), "syslog:")
	if !ok || isPlaceholder(list) {
		return
	}
	server := false
	seen := map[string]bool{}
	for word := range strings.SplitSeq(list, ",") {
		name, value, valued := strings.Cut(word, "=")
		if !valued && word == "nohostname" {
			continue
		}
		if refusal := syslogRefusal(name, value, word, valued, seen[name]); refusal != "" {
			s.refuse(0, "%s", refusal)
			return
		}
		// An empty tag leaves the tag unset, and may come again.
		seen[name] = value != ""
		server = server || name == "server"
	}
	if !server {
		s.refuse(0, "no syslog server specified")
	}
}

// syslogRefusal returns nginx's words against one parameter.
func syslogRefusal(name, value, word string, valued, seen bool) string {
	switch {
	case !valued || !slices.Contains([]string{"server", "facility", "severity", "tag"}, name):
		return `unknown syslog parameter "` + word + `"`
	case seen:
		return `duplicate syslog "` + name + `"`
	case name == "server":
		if _, refusal := readAddress(value, 0); refusal != "" {
			return refusal + ` in syslog server "` + value + `"`
		}
	case name == "facility" && !slices.Contains(syslogFacilities, value):
		return `unknown syslog facility "` + value + `"`
	case name == "severity" && !slices.Contains(syslogSeverities, value):
		return `unknown syslog severity "` + value + `"`
	case name == "tag":
		return tagRefusal(value)
	}
	return ""
}

func tagRefusal(tag string) string {
	if len(tag) > maxSyslogTag {
		return "syslog tag length exceeds 32"
	}
	for _, c := range []byte(tag) {
		if c != '_' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') {
			return `syslog "tag" only allows alphanumeric characters and underscore`
		}
	}
	return ""
}
