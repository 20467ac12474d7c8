package verdict

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/nginxconf/nginxtest"
	"github.com/tunelint/tunelint/source"
)

// places are whole configurations around one statement.
var places = []struct {
	context nginxconf.Context
	text    string
}{
	{nginxconf.InMain, "%s\nevents {}\n"},
	{nginxconf.InEvents, "events {\n%s\n}\n"},
	{nginxconf.InHTTP, "events {}\nhttp {\n%s\n}\n"},
	{nginxconf.InServer, "events {}\nhttp { server {\n%s\n} }\n"},
	{nginxconf.InLocation, "events {}\nhttp { server { location / {\n%s\n} } }\n"},
	{nginxconf.InServerIf, "events {}\nhttp { server { if ($uri) {\n%s\n} } }\n"},
	{nginxconf.InLocationIf, "events {}\nhttp { server { location / { if ($uri) {\n%s\n} } } }\n"},
	{nginxconf.InLimitExcept, "events {}\nhttp { server { location / { limit_except GET {\n%s\n} } } }\n"},
	{nginxconf.InUpstream, "events {}\nhttp { upstream u { server 127.0.0.1;\n%s\n} }\n"},
	{nginxconf.InStream, "events {}\nstream {\n%s\n}\n"},
	{nginxconf.InStreamServer, "events {}\nstream { server { listen 127.0.0.1:1; return x;\n%s\n} }\n"},
	{nginxconf.InStreamUpstream, "events {}\nstream { upstream u { server 127.0.0.1:1;\n%s\n} }\n"},
}

// A probe is one statement in one place.
type probe struct {
	place     int
	statement string
}

func (p probe) text() string { return fmt.Sprintf(places[p.place].text, p.statement) }

func textsOf(probes []probe) []string {
	texts := make([]string, len(probes))
	for i, p := range probes {
		texts[i] = p.text()
	}
	return texts
}

// judge returns the verdicts on the whole configuration, the first one first.
func (p probe) judge(t *testing.T, v nginxconf.Version) []Verdict {
	t.Helper()
	return inOrder(Of(load(t, map[string]string{"nginx.conf": p.text()}, nginxconf.Options{Version: v})))
}

// read returns what nginx has against the statement when it reads it.
func (p probe) read(t *testing.T, v nginxconf.Version) []Verdict {
	t.Helper()
	return slices.DeleteFunc(p.judge(t, v), func(v Verdict) bool {
		return v.Late || v.Noticed.IsValid() || !strings.HasPrefix(p.statement, v.Directive.HeadSpan().Text())
	})
}

// load reads files of /etc/nginx.
func load(t *testing.T, files map[string]string, o nginxconf.Options) *nginxconf.Config {
	t.Helper()
	memory := source.Memory{}
	for name, text := range files {
		memory["/etc/nginx/"+name] = text
	}
	c, err := nginxconf.Load(source.NewStore(memory).View("/"), o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// inOrder sorts verdicts of one file as nginx would come across them.
func inOrder(verdicts []Verdict) []Verdict {
	slices.SortStableFunc(verdicts, func(a, b Verdict) int {
		if a.Late != b.Late {
			return map[bool]int{false: -1, true: 1}[a.Late]
		}
		return a.noticed().Start - b.noticed().Start
	})
	return verdicts
}

func versionOf(t *testing.T, n *nginxtest.Nginx) nginxconf.Version {
	t.Helper()
	v, err := nginxconf.ParseVersion(n.Version)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// refusals are nginx's words for the kinds that do not depend on values.
var refusals = []struct {
	kind           Kind
	prefix, suffix string
}{
	{UnknownDirective, `unknown directive "`, `"`},
	{MisplacedDirective, `"`, `" directive is not allowed here`},
	{WrongTerminator, `directive "`, `" has no opening "{"`},
	{WrongTerminator, `directive "`, `" is not terminated by ";"`},
	{WrongArgumentCount, `invalid number of arguments in "`, `" directive`},
}

func kindOf(message string) Kind {
	for _, r := range refusals {
		if strings.HasPrefix(message, r.prefix) && strings.HasSuffix(message, r.suffix) {
			return r.kind
		}
	}
	return 0
}

// probes returns every name of the table in every place; where it is allowed,
// with the numbers of arguments and the terminators that tell rows apart.
func probes() []probe {
	var out []probe
	for d := range nginxconf.Definitions() {
		if d.ThirdParty || d != nginxconf.Lookup(d.Name)[0] {
			continue
		}
		for place := range places {
			numbers := 5
			if allowedIn(d.Name)&places[place].context == 0 {
				numbers = 1
			}
			for args := range numbers {
				words := d.Name + strings.Repeat(" 1", args)
				out = append(out, probe{place, words + ";"}, probe{place, words + " {}"})
			}
		}
	}
	return out
}

func allowedIn(name string) (contexts nginxconf.Context) {
	for _, d := range nginxconf.Lookup(name) {
		contexts |= d.Contexts
	}
	return contexts
}

// TestVerdictsLikeNginx asks the real nginx about statements without meaning.
// What nginx accepts must not be refused; where nginx refuses for the name, the
// place, the terminator or the number of arguments, the verdict must be the
// same.
func TestVerdictsLikeNginx(t *testing.T) {
	compareProbes(t, sample(probes(), 800), compareVerdict)
}

// compareVerdict says how verdicts and nginx's word agree.
func compareVerdict(ok bool, message string, verdicts []Verdict) string {
	if len(verdicts) == 0 {
		if kind := kindOf(message); kind == UnknownDirective {
			return "not in this build"
		} else if kind != 0 {
			return "missed"
		}
		return "accepted alike, or refused for a value"
	}
	v := verdicts[0]
	switch kind := kindOf(message); {
	case v.Kind == NeedsNewer || v.Kind == Removed:
		if v.Message == message {
			return "too new or too old alike"
		}
		return "too new, but carried back"
	case ok:
		return "WRONG refusal"
	case v.Message == message:
		return "refused alike"
	case kind == UnknownDirective:
		return "not in this build"
	case (v.Kind == InvalidParameter || v.Late) && kind == 0:
		return "refused alike, another value first"
	}
	return "WRONG reason"
}
