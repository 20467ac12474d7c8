package verdict

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source/realpart"
)

// regexPieces are what generated patterns are made of.
var regexPieces = []string{
	"a", "b", "/", ".", "^", "$", "|", "(", ")", "[", "]", "{", "}", "*", "+", "?", "-", "\\", ",", "1", "9", " ", "#", ":", "=", "!", "<", ">", "'", "&", "_", "R", "P", "x", "é",
	"(?:", "(?=", "(?!", "(?<=", "(?<!", "(?<a>", "(?<b1>", "(?P<a>", "(?'a'", "(?>", "(?|", "(?i)", "(?x)", "(?i:", "(?-i)", "(?#", "(?1)", "(?R)", "(?&a)", "(?P=a)", "(?P>a)", "(?(1)", "(?(<a>)", "(?+1)", "(?-1)", "(?", "(?J)", "(?n)", "(?^", "(?xx)", "(*", "(?(?=",
	"{1}", "{1,}", "{1,2}", "{2,1}", "{,2}", "{65536}", "{0}", "*+", "*?", "++", "??", "\\d", "\\w", "\\s", "\\D", "\\b", "\\B", "\\A", "\\z", "\\Z", "\\K", "\\R", "\\X", "\\h", "\\N", "\\n", "\\t", "\\x41", "\\x{41}", "\\x{", "\\x{100}", "\\x", "\\o{101}", "\\o", "\\012", "\\400", "\\0", "\\1", "\\2", "\\9", "\\10", "\\81",
	"\\g1", "\\g{1}", "\\g{-1}", "\\g{a}", "\\g<a>", "\\g<1>", "\\g'1'", "\\g", "\\k<a>", "\\k{a}", "\\k'a'", "\\k", "\\Q", "\\E", "\\c", "\\cA", "\\p", "\\pL", "\\p{L}", "\\P{^L}", "\\i", "\\y", "\\j", "\\u", "\\L", "\\.", "\\/", "\\-", "\\]", "\\[", "\\(", "\\)", "\\\\",
	"[a-z]", "[^/]", "[]", "[^]", "[a-", "-z]", "[z-a]", "[\\d-", "[[:alpha:]]", "[:alpha:]", "[[:foo:]]", "[[:^digit:]", "[[.", "[=a=]", "[\\w.-]", "[\\]]", "[^\\]", "[[:<:]]", "\n",
}

var wholeRegexes = []string{
	`^/(\d+)/(.*)$`, `\.(jpe?g|png|gif)$`, `^(?<user>[^.]+)\.example\.com$`, `\.php(?:$|/)`, `^/(?:a|b)/([a-z0-9_-]{3,16})$`, `(?i)\bbot\b`, `^~[^\w]+?(?=/)`, `(?<!\.)x(?<=ab|cde)`, `[[:alpha:]_-]+\x2f`, `^(?!/api).+`, `(\w+)-\1`,
	`(?x) ^ /a # a comment`, `[\w\-.]*`, `^([^/]+)/{2,}$`,
}

// someRegex returns pieces in a row, or a pattern as people write them with
// some bytes dropped, doubled, exchanged or replaced by pieces.
func someRegex(r *rand.Rand) string {
	if r.IntN(2) == 0 {
		var b strings.Builder
		for range 1 + r.IntN(7) {
			b.WriteString(regexPieces[r.IntN(len(regexPieces))])
		}
		return b.String()
	}
	text := wholeRegexes[r.IntN(len(wholeRegexes))]
	for range 1 + r.IntN(3) {
		i := r.IntN(len(text))
		k := i + r.IntN(min(3, len(text)-i)+1)
		text = text[:i] + regexPieces[r.IntN(len(regexPieces))] + text[k:]
	}
	return text
}

func someRegexes(n int) []string {
	r := rand.New(rand.NewPCG(7, 8))
	out := make([]string, n)
	for i := range out {
		out[i] = someRegex(r)
	}
	return out
}

var pcreFailed = regexp.MustCompile(`^Failed: error (\d+) at offset (\d+): (.*)$`)

// askPCRE returns what one pcre2test says of each pattern; nil for right ones.
func askPCRE(t *testing.T, patterns []string) []*regexFault {
	t.Helper()
	program, err := exec.LookPath("pcre2test")
	if err != nil {
		realpart.Lacking(t, "pcre2test (pcre2-utils)")
	}
	var in bytes.Buffer
	for _, p := range patterns {
		fmt.Fprintf(&in, "/%s/hex\n\n", hex.EncodeToString([]byte(p)))
	}
	c := exec.Command(program, "-q")
	c.Stdin = &in
	out, err := c.Output()
	if err != nil {
		t.Fatal(err)
	}
	var faults []*regexFault
	for line := range strings.Lines(string(out)) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "/") && strings.HasSuffix(line, "/hex") {
			faults = append(faults, nil)
		} else if m := pcreFailed.FindStringSubmatch(line); m != nil {
			offset, err := strconv.Atoi(m[2])
			if err != nil {
				t.Fatal(err)
			}
			faults[len(faults)-1] = &regexFault{text: m[3], offset: offset}
		}
	}
	if len(faults) != len(patterns) {
		t.Fatalf("%d answers to %d patterns", len(faults), len(patterns))
	}
	return faults
}

// TestRegexesLikePCRE compares what this package and PCRE2 refuse. Nothing that
// PCRE2 takes may be refused. TUNELINT_ALL_PROBES=1 asks about many more.
func TestRegexesLikePCRE(t *testing.T) {
	n := 500
	if os.Getenv("TUNELINT_ALL_PROBES") != "" {
		n = 40_000
	}
	patterns := someRegexes(n)
	count := map[string]int{}
	for i, pcre := range askPCRE(t, patterns) {
		own := compileRegex(patterns[i])
		switch {
		case own == nil && pcre == nil:
			count["taken alike"]++
		case own == nil:
			count["missed"]++
			t.Logf("missed: %q: %s at %d", patterns[i], pcre.text, pcre.offset)
		case pcre == nil:
			t.Errorf("FALSE: %q: %s at %d", patterns[i], own.text, own.offset)
		case own.text != pcre.text || own.offset != pcre.offset:
			count["refused otherwise"]++
			t.Logf("otherwise: %q: %s at %d, own %s at %d", patterns[i], pcre.text, pcre.offset, own.text, own.offset)
		default:
			count["refused alike"]++
		}
	}
	t.Log(count)
	if refused := n - count["taken alike"]; count["refused alike"]*100 < refused*leastRegexes {
		t.Errorf("%d of %d refused alike", count["refused alike"], refused)
	}
}

// leastRegexes is what share of the refused patterns was refused in the same
// words at the same place, in hundredths, less a little.
const leastRegexes = 90

func TestRefuseRegex(t *testing.T) {
	for _, c := range []struct{ version, pattern, want string }{
		{"1.22.1", `^/(a|b$`, `pcre2_compile() failed: missing closing parenthesis in "^/(a|b$"`},
		{"1.22.1", `^/a)$`, `pcre2_compile() failed: unmatched closing parenthesis in "^/a)$" at ")$"`},
		{"1.18.0", `^/(a|b$`, `pcre_compile() failed: missing ) in "^/(a|b$"`},
		{"1.18.0", `*.php`, `pcre_compile() failed: nothing to repeat in "*.php" at "*.php"`},
		{"1.22.1", `[a-z`, `pcre2_compile() failed: missing terminating ] for character class in "[a-z"`},
		{"1.22.1", `\j`, `pcre2_compile() failed: unrecognized character follows \ in "\j" at "j"`},
		{"1.18.0", `\j`, ""},
		{"1.18.0", `^*`, ""},
		{"1.22.1", `(?<=a+)b`, `pcre2_compile() failed: lookbehind assertion is not fixed length in "(?<=a+)b" at "(?<=a+)b"`},
		{"1.22.1", `(?<=a|bc)d`, ""},
		{"1.22.1", `(*UTF8)(`, ""},
	} {
		v, err := nginxconf.ParseVersion(c.version)
		if err != nil {
			t.Fatal(err)
		}
		if got := refuseRegex(c.pattern, v); got != c.want {
			t.Errorf("nginx %s: %s: %q, want %q", c.version, c.pattern, got, c.want)
		}
	}
}

func TestAddCaptures(t *testing.T) {
	for pattern, want := range map[string]string{
		`^(?<user>[^.]+)\.(?P<Zone>.+)$`:             "user zone",
		`(?'a'x)(?<!b)(?:d)`:                         "a",
		`(?|(?<n>a)|(?<n>b))`:                        "n",
		`(*UTF8)(?C1)[[.a.]](?<n>a)`:                 "n",
		`(?<a2345678901234567890123456789012345>x)(`: "a2345678901234567890123456789012345",
		`(?<`: "", `(?P`: "", `(?'x`: "",
	} {
		names := map[string]bool{}
		addCaptures(names, pattern)
		if got := strings.Join(slices.Sorted(maps.Keys(names)), " "); got != want {
			t.Errorf("%s: %q, want %q", pattern, got, want)
		}
	}
}

func TestCountCaptures(t *testing.T) {
	for pattern, want := range map[string]int{
		`^(.+\.php)(/.*)$`: 2, `(?:a)(b)`: 1, `(?<n>a)(b)(?=c)`: 2, `[(](a)`: 1, `\((a)\Q(b)\E`: 1, `(?|(a)(b)|(c))(d)`: 3, `(?n)(a)`: 0,
		`(a`: -1, `(*UTF8)(a)`: -1,
	} {
		n, sure := countCaptures(pattern)
		if !sure {
			n = -1
		}
		if n != want {
			t.Errorf("%s: %d, want %d", pattern, n, want)
		}
	}
}

// TestAnyRegex: every pattern is read to an end, whatever its bytes.
func TestAnyRegex(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 20_000 {
		pattern := someRegex(r)
		if n := r.IntN(4); n > 0 {
			bytes := []byte(pattern)
			for range n {
				bytes[r.IntN(len(bytes))] = byte(r.IntN(256))
			}
			pattern = string(bytes)
		}
		compileRegex(pattern)
	}
}
