package rules

import (
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

var bodyLimitMismatch = &lint.Rule{
	Name:  "buffers/body-limit-mismatch",
	Title: "nginx and the application take request bodies of different sizes",
	Why: "Where nginx takes more, it receives and stores a body only for the application to refuse it, often by closing the connection, " +
		"which clients see as 502 instead of 413. Where nginx takes less, uploads that the application is made for end in 413; " +
		"the default of 1m is small.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_core_module.html#client_max_body_size",
	},
	Severity: lint.Warning,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runBodyLimitMismatch,
}

func runBodyLimitMismatch(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	limits, unread := p.Host.BodyLimits()
	for _, r := range unread {
		p.Skip(r.Pass.HeadSpan(), "how large a request body nginx takes cannot be read")
	}
	for i, l := range limits {
		most := l.App.MaxBodySize
		switch {
		case l.Directive == nil && most.Origin.IsDefault(): // nobody chose either
		case l.Above():
			reportBodyAbove(p, l)
		case !most.Origin.IsDefault() && most.Value-l.Edge.Value > most.Value/10 && isWidest(limits, i):
			reportBodyBelow(p, l)
		}
	}
}

// isWidest reports whether no other value in front of the application lets
// larger bodies through, and none as large comes before.
func isWidest(limits []*host.BodyLimit, i int) bool {
	for j, other := range limits {
		wider := other.Edge.Value == 0 || other.Edge.Value > limits[i].Edge.Value || other.Edge.Value == limits[i].Edge.Value && j < i
		if other.App == limits[i].App && j != i && wider {
			return false
		}
	}
	return true
}

func reportBodyAbove(p *lint.Pass, l *host.BodyLimit) {
	most := l.App.MaxBodySize.Value
	edge := "of up to " + sizeText(l.Edge.Value)
	if l.Edge.Value == 0 {
		edge = "of any size"
	}
	r := p.Report(bodyPlace(l), "nginx takes request bodies %s, %s refuses them above %s", edge, l.App.Name, exactSize(most))
	word := nginxconf.FormatSize(wholeSize(most))
	seeBodyLimits(r, l).SuggestUnsafe("set client_max_body_size to "+word,
		"larger bodies that the application takes on some path, if there are any, end in 413", setBodyLimit(l, word)...)
	suggestAppBody(p, r, "raise", l, "the application has to hold larger bodies, each in memory as far as it keeps them there")
}

func reportBodyBelow(p *lint.Pass, l *host.BodyLimit) {
	most := l.App.MaxBodySize.Value
	r := p.Report(bodyPlace(l), "nginx refuses request bodies above %s, %s takes up to %s", sizeText(l.Edge.Value), l.App.Name, exactSize(most))
	if l.Directive != nil {
		r.Severity(lint.Info) // somebody chose both
	}
	word := nginxconf.FormatSize(wholeSize(most))
	seeBodyLimits(r, l).SuggestUnsafe("set client_max_body_size to "+word,
		"clients may send larger bodies, which nginx keeps in temporary files", setBodyLimit(l, word)...)
	suggestAppBody(p, r, "lower", l, "larger bodies that reach the application on another way than through nginx are refused")
}

// suggestAppBody offers to have the application take what nginx takes, where somebody
// chose that and the application's notation can say it.
func suggestAppBody(p *lint.Pass, r *lint.Report, verb string, l *host.BodyLimit, loss string) {
	if most := l.App.MaxBodySize; most.Origin.Assumed || l.Edge.Value == 0 || l.Directive == nil {
		return
	}
	if e := p.Host.RaiseApp(l.App, "max_body_size", l.Edge.Value); e.Value-l.Edge.Value <= e.Value/10 {
		suggestApp(r, verb, l.App, e, exactSize(e.Value), loss)
	}
}

func bodyPlace(l *host.BodyLimit) source.Span {
	if l.Directive != nil {
		return l.Directive.HeadSpan()
	}
	return l.Routes[0].Pass.HeadSpan()
}

func seeBodyLimits(r *lint.Report, l *host.BodyLimit) *lint.Report {
	where := l.Routes[0].Scope
	if l.Directive != nil {
		where = l.Level
		r.SeeAll(nginxconf.PassSpans(l.Routes), "passes to %s", l.App.Name)
	} else {
		r.SeeOrigin(l.Edge.Origin, "client_max_body_size is %s", sizeText(l.Edge.Value))
		r.SeeAll(nginxconf.PassSpans(l.Routes[1:]), "and passes to %s here", l.App.Name)
	}
	return r.SeeOrigin(l.App.MaxBodySize.Origin, "%s takes %s", l.App.Name, exactSize(l.App.MaxBodySize.Value)).
		Key("client_max_body_size in %s for %s", where.Path(), l.App.Name)
}

// setBodyLimit changes the directive where it decides nothing else, else it adds
// one to every block that counts.
func setBodyLimit(l *host.BodyLimit, word string) []source.Edit {
	if l.Alone {
		return []source.Edit{l.Directive.SetArg(0, word)}
	}
	var edits []source.Edit
	for _, at := range l.Blocks {
		if at.Last("client_max_body_size") != nil {
			return nil // a file that is included where it serves others
		}
		edits = append(edits, at.Insert(nginxconf.Statement{Name: "client_max_body_size", Words: []string{word}})...)
	}
	return edits
}

// wholeSize rounds a size down to whole megabytes, or else kilobytes, where that
// takes less than a tenth.
func wholeSize(n int64) int64 {
	for _, unit := range []int64{1 << 20, 1 << 10} {
		if rest := n % unit; rest < n/10 {
			return n - rest
		}
	}
	return n
}

// exactSize writes a size and, where it is no whole number of kilobytes, what it
// comes to: powers of ten are less than they look.
func exactSize(n int64) string {
	if n%(1<<10) == 0 {
		return nginxconf.FormatSize(n)
	}
	return sizeText(n) + " (" + lint.FormatBytes(n) + ")"
}
