package rules

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
)

var conflictingServerName = &lint.Rule{
	Name:  "nginx/conflicting-server-name",
	Title: "two servers on one address have the same name",
	Why: "The server that nginx reads first keeps the name, and in the later one nginx ignores it with no more than a warning: " +
		"its locations never see those requests. A file that is included twice, or an old copy beside the live one, does the same to all its servers. " +
		"The name .example.com stands for example.com and everything below; where example.com is taken, it is dropped whole.",
	Refs: []string{
		"https://nginx.org/en/docs/http/server_names.html",
		"https://nginx.org/en/docs/http/request_processing.html",
	},
	Severity: lint.Warning,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runConflictingServerName,
}

// lostNames are the names that one server loses to another.
type lostNames struct {
	list      []nginxconf.NameConflict // each name once
	addresses []string
}

func runConflictingServerName(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	var all []*lostNames
	between := map[[2]*nginxconf.Scope]*lostNames{}
	for _, c := range p.Host.Nginx.NameConflicts() {
		servers := [2]*nginxconf.Scope{c.Ignored.Server, c.Taken.Server}
		if between[servers] == nil {
			between[servers] = &lostNames{}
			all = append(all, between[servers])
		}
		between[servers].add(c)
	}
	for _, l := range all {
		if first := l.list[0]; first.Ignored.Server == first.Taken.Server {
			reportOwnNames(p, l)
			continue
		}
		reportLostNames(p, l)
	}
}

func (l *lostNames) add(c nginxconf.NameConflict) {
	if name := c.Address.String(); !slices.Contains(l.addresses, name) {
		l.addresses = append(l.addresses, name)
	}
	if !slices.ContainsFunc(l.list, func(have nginxconf.NameConflict) bool { return have.Ignored == c.Ignored }) {
		l.list = append(l.list, c)
	}
}

func reportLostNames(p *lint.Pass, l *lostNames) {
	first := l.list[0]
	names, lost := make([]string, len(l.list)), []string(nil)
	for i, c := range l.list {
		names[i] = strconv.Quote(c.Ignored.Name)
		lost = append(lost, below(c)...)
	}
	what, verb := "server name ", " is ignored"
	if len(names) > 1 {
		what, verb = "server names ", " are ignored"
	}
	if len(lost) > 0 {
		verb += " with all names below " + lint.Briefly(lost)
	}
	r := p.Report(first.Ignored.Span(), "%s%s on %s%s: an earlier server has it", what, lint.Briefly(names), lint.Briefly(l.addresses), verb).
		Key("%s", first.Ignored.Server.Path())
	switch {
	case first.Ignored.Server.Directive == first.Taken.Server.Directive:
		r.Label("its file is read more than once")
		return
	case first.Ignored.Directive == nil:
		r.Label(`has no server_name, so its name is ""`)
	}
	r.See(first.Taken.Span(), "this server answers for it")
}

// below returns the domain that is lost whole with a name; none for most.
func below(c nginxconf.NameConflict) []string {
	if name := c.Ignored.Name; strings.HasPrefix(name, ".") && c.Taken.Name == name[1:] {
		return []string{name[1:]}
	}
	return nil
}

// reportOwnNames reports what the names of one server take from each other: it
// matters only where a whole domain is lost.
func reportOwnNames(p *lint.Pass, l *lostNames) {
	for _, c := range l.list {
		severity, message := lint.Info, fmt.Sprintf("server name %q is ignored: the same server has it already", c.Ignored.Name)
		if lost := below(c); lost != nil {
			severity, message = lint.Warning, fmt.Sprintf("server name %q is ignored with all names below %s: the same server lists %q before it", c.Ignored.Name, lost[0], c.Taken.Name)
		}
		r := p.Report(c.Ignored.Span(), "%s", message).Severity(severity)
		r.Key("%s in %s", c.Ignored.Name, c.Ignored.Server.Path()).See(c.Taken.Span(), "listed first")
	}
}
