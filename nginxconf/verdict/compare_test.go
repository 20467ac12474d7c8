package verdict

import (
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/nginxconf/nginxtest"
)

// sample returns n of all, the same every time; all of them with
// TUNELINT_ALL_PROBES=1, which takes some minutes.
func sample[T any](all []T, n int) []T {
	if os.Getenv("TUNELINT_ALL_PROBES") != "" || len(all) <= n {
		return all
	}
	out := slices.Clone(all)
	rand.New(rand.NewPCG(3, 4)).Shuffle(len(out), func(i, k int) { out[i], out[k] = out[k], out[i] })
	return out[:n]
}

// A difference is how what an nginx and this package say of a configuration
// compares.
type difference string

const (
	alike      difference = "alike"
	outside    difference = "outside"           // the world around is at fault
	notBuilt   difference = "not in this build" // an unknown directive
	mistaken   difference = "FALSE"             // nginx takes what is refused here
	missed     difference = "missed"
	placeless  difference = "a line, where nginx names none"
	otherLine  difference = "another line"
	otherWords difference = "other words"
)

func differenceOf(nginx, own nginxtest.Opinion) difference {
	switch {
	case nginx.Refused == own.Refused && nginx.Line == own.Line && nginx.Message == own.Message:
		return alike
	case own.Refused && !nginx.Refused:
		return mistaken
	case nginx.Outside:
		return outside
	case kindOf(nginx.Message) == UnknownDirective:
		return notBuilt
	case !own.Refused:
		return missed
	case nginx.Line == 0 && own.Line > 0:
		return placeless
	case nginx.Line != own.Line:
		return otherLine
	}
	return otherWords
}

// compareTexts compares what an nginx and this package say of whole
// configurations. Nothing that nginx takes may be refused; the other differences
// are errors where the test says so, and logged where not. The modules stand in
// the first line of each.
func compareTexts(t *testing.T, n *nginxtest.Nginx, modules string, texts []string, fails ...difference) {
	t.Helper()
	modules = strings.ReplaceAll(modules, "\n", " ")
	options := nginxconf.Options{Version: versionOf(t, n)}
	var mu sync.Mutex
	count := map[difference]int{}
	nginxtest.Side(len(texts), func(i int) {
		files := map[string]string{"nginx.conf": modules + texts[i]}
		nginx, own := n.Test(t, files), ownOpinion(t, files, options)
		how := differenceOf(nginx, own)
		mu.Lock()
		defer mu.Unlock()
		count[how]++
		report := t.Logf
		switch {
		case how == alike || how == outside || how == notBuilt:
			return
		case how == mistaken || slices.Contains(fails, how):
			report = t.Errorf
		}
		report("nginx %s: %s: %q:\n\tnginx %d: %s\n\town   %d: %s", n.Version, how, texts[i], nginx.Line, nginx.Message, own.Line, own.Message)
	})
	t.Logf("nginx %s: %v", n.Version, count)
}

// compareAll compares them with every nginx: what is refused, at which line, and
// in which words must be the same.
func compareAll(t *testing.T, texts []string) {
	t.Helper()
	for _, n := range nginxtest.All(t) {
		compareTexts(t, n, n.Load(t, "ngx_stream_module.so"), texts, missed, placeless, otherLine, otherWords)
	}
}

// compareProbes compares the verdicts on probes with the word of the installed
// nginx; compare says how they agree, and starts with WRONG where they must not.
func compareProbes(t *testing.T, all []probe, compare func(ok bool, message string, verdicts []Verdict) string) {
	t.Helper()
	n := nginxtest.Installed(t)
	modules, v := n.Load(t, "ngx_stream_module.so"), versionOf(t, n)
	var mu sync.Mutex
	count := map[string]int{}
	nginxtest.Side(len(all), func(i int) {
		p := all[i]
		nginx, own := n.Test(t, map[string]string{"nginx.conf": modules + p.text()}), p.judge(t, v)
		outcome := compare(!nginx.Refused, nginx.Message, own)
		mu.Lock()
		defer mu.Unlock()
		count[outcome]++
		switch {
		case strings.HasPrefix(outcome, "WRONG"):
			t.Errorf("%s: %q in %s: nginx: %v %q; verdicts: %v", outcome, p.statement, places[p.place].context, !nginx.Refused, nginx.Message, own)
		case outcome == "missed":
			t.Logf("missed: %q in %s: %q", p.statement, places[p.place].context, nginx.Message)
		}
	})
	t.Log(count)
}
