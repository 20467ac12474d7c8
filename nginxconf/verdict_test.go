package nginxconf

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/tunelint/tunelint/source"
)

// places are whole configurations around one statement.
var places = []struct {
	context Context
	text    string
}{
	{InMain, "%s\nevents {}\n"},
	{InEvents, "events {\n%s\n}\n"},
	{InHTTP, "events {}\nhttp {\n%s\n}\n"},
	{InServer, "events {}\nhttp { server {\n%s\n} }\n"},
	{InLocation, "events {}\nhttp { server { location / {\n%s\n} } }\n"},
	{InServerIf, "events {}\nhttp { server { if ($uri) {\n%s\n} } }\n"},
	{InLocationIf, "events {}\nhttp { server { location / { if ($uri) {\n%s\n} } } }\n"},
	{InLimitExcept, "events {}\nhttp { server { location / { limit_except GET {\n%s\n} } } }\n"},
	{InUpstream, "events {}\nhttp { upstream u { server 127.0.0.1;\n%s\n} }\n"},
	{InStream, "events {}\nstream {\n%s\n}\n"},
	{InStreamServer, "events {}\nstream { server { listen 127.0.0.1:1; return x;\n%s\n} }\n"},
	{InStreamUpstream, "events {}\nstream { upstream u { server 127.0.0.1:1;\n%s\n} }\n"},
}

// A probe is one statement in one place.
type probe struct {
	place     int
	statement string
}

func (p probe) text() string { return fmt.Sprintf(places[p.place].text, p.statement) }

func (p probe) judge(j *judge) []Verdict {
	doc := Parse(source.NewFile("/nginx.conf", p.statement))
	return j.judge(doc.Directives[0], places[p.place].context)
}

// refusals are nginx's words for the kinds that do not depend on values.
var refusals = []struct {
	kind           VerdictKind
	prefix, suffix string
}{
	{UnknownDirective, `unknown directive "`, `"`},
	{MisplacedDirective, `"`, `" directive is not allowed here`},
	{WrongTerminator, `directive "`, `" has no opening "{"`},
	{WrongTerminator, `directive "`, `" is not terminated by ";"`},
	{WrongArgumentCount, `invalid number of arguments in "`, `" directive`},
}

func kindOf(message string) VerdictKind {
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
	for i := range directives {
		d := &directives[i]
		if d.ThirdParty || i > 0 && d.Name == directives[i-1].Name {
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

func allowedIn(name string) (contexts Context) {
	for _, d := range Lookup(name) {
		contexts |= d.Contexts
	}
	return contexts
}

// TestVerdictsLikeNginx asks the real nginx about statements without meaning.
// What nginx accepts must not be refused; where nginx refuses for the name, the
// place, the terminator or the number of arguments, the verdict must be the
// same. TUNELINT_ALL_PROBES=1 asks about all instead of a sample, which takes
// some minutes.
func TestVerdictsLikeNginx(t *testing.T) {
	compareVerdicts(t, sample(probes(), 800))
}

// sample returns n of the probes, the same every time; all of them with
// TUNELINT_ALL_PROBES=1.
func sample(all []probe, n int) []probe {
	if os.Getenv("TUNELINT_ALL_PROBES") != "" || len(all) <= n {
		return all
	}
	slices.SortFunc(all, func(a, b probe) int { return strings.Compare(a.text(), b.text()) })
	rand.New(rand.NewPCG(3, 4)).Shuffle(len(all), func(i, k int) { all[i], all[k] = all[k], all[i] })
	return all[:n]
}

func compareVerdicts(t *testing.T, all []probe) {
	load := needModules(t, "ngx_stream_module.so")
	j := newJudge(nginxVersion(t), nil)
	judged := make([][]Verdict, len(all))
	for i, p := range all {
		judged[i] = p.judge(j)
	}
	var mu sync.Mutex
	count := map[string]int{}
	side(len(all), func(i int) {
		ok, _, message := askNginx(t, map[string]string{"nginx.conf": load + all[i].text()})
		outcome := compareVerdict(ok, message, judged[i])
		mu.Lock()
		defer mu.Unlock()
		if outcome == "missed" {
			t.Logf("missed: %q in %s: %q", all[i].statement, places[all[i].place].context, message)
		}
		if count[outcome]++; strings.HasPrefix(outcome, "WRONG") {
			t.Errorf("%s: %q in %s: nginx: %v %q; verdicts: %v", outcome, all[i].statement, places[all[i].place].context, ok, message, judged[i])
		}
	})
	t.Log(count)
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
	case v.Kind == InvalidParameter && kind == 0:
		return "refused alike, another value first"
	}
	return "WRONG reason"
}
