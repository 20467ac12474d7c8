package jsexpr

import (
	"math"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/tdewolff/parse/v2/js"

	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/source/realpart"
)

// jsExpressions are expressions that are understood; the real node says what
// they are worth.
var jsExpressions = []string{
	"65000", "65_000", "65e3", "6.5e4", ".5e5", "65.", "0x10", "0XfF", "0b1010", "0o17", "1_0_0.5",
	"65 * 1000", "60 * 1000 + 5 * 1000", "(60 + 5) * 1000", "2 ** 10", "2 ** 3 ** 2", "-(-5)", "+5", "10 % 4", "-7 % 3", "7 / 2", "1 / 3 * 3",
	"1 << 16", "65000 >> 1", "65000.9 | 0", "4294967301 | 0", "1 << 31", "1 << 33",
	"Number('65000')", "Number(' 65000 ')", "Number('0x10')", "Number('')", "Number(true)", "+'65000'", "+'6e4'", "'65' * 1000",
	"parseInt('65000', 10)", "parseInt('65000ms')", "parseInt('0x1f')", "parseInt('1f', 16)", "parseInt('-12px', 10)", "parseInt(65.9)", "parseInt('010')", "parseInt('777', 8)",
	"Number.parseInt('12', 10)", "parseFloat('65.5')", "Math.max(5, 10, 7)", "Math.min(5, 10)", "Math.floor(5.7)", "Math.ceil(5.2)", "Math.round(2.5)", "Math.round(-2.5)", "Math.trunc(-5.7)",
	"process.env.TUNELINT_UNSET ?? 65000", "process.env.TUNELINT_UNSET || 65000", "Number(process.env.TUNELINT_UNSET ?? 65000)", "Number(process.env.TUNELINT_UNSET) || 65000",
	"parseInt(process.env.TUNELINT_UNSET || '65000', 10)", "+(process.env.TUNELINT_UNSET || '65000')", "parseInt(process.env['TUNELINT_UNSET'] ?? \"5\", 10) * 1000",
	"process.env.TUNELINT_UNSET ? 1 : 65000", "process.env.TUNELINT_UNSET ? Number(process.env.TUNELINT_UNSET) : 5_000", "1 ? 2 : 3", "0 || 7", "0 ?? 7", "undefined ?? 7", "'' || 7",
	"(process.env.TUNELINT_UNSET || 65) * 1000", "Number(`65000`)", "(((5)))", "true + 1", "5 - '2'", "1e3 - 1",
}

// evaluateText evaluates one expression.
func evaluateText(t testing.TB, text string) Value {
	t.Helper()
	s, err := Parse(source.NewFile("/x.js", "x = "+text), func(string) (syntax.Variable, bool) { return syntax.Variable{}, false })
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	s.Collect(func(*js.NewExpr) bool { return false }, func(js.LiteralExpr) {})
	return s.Eval(s.Places[0].Node.(*js.BinaryExpr).Y, 0)
}

func TestExpressionsAsNodeComputesThem(t *testing.T) {
	realpart.Need(t, "node")
	out, err := exec.Command("node", "-e", "for (const e of process.argv.slice(1)) console.log(String(eval(e)))", "--", jsExpressions[0]).Output()
	if err != nil || strings.TrimSpace(string(out)) != "65000" {
		t.Fatalf("node: %s, %v", out, err)
	}
	out, err = exec.Command("node", slices.Concat([]string{"-e", "for (const e of process.argv.slice(1)) console.log(String(eval(e)))", "--"}, jsExpressions)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) != len(jsExpressions) {
		t.Fatalf("%d answers for %d expressions", len(lines), len(jsExpressions))
	}
	for i, e := range jsExpressions {
		want, err := strconv.ParseFloat(lines[i], 64)
		if err != nil {
			t.Fatalf("%s: node says %s", e, lines[i])
		}
		got := evaluateText(t, e)
		if got.Kind != Number || math.Abs(got.Number-want) > 0 {
			t.Errorf("%s = %+v, node says %v", e, got, want)
		}
	}
}

func TestExpressionsThatAreNotUnderstood(t *testing.T) {
	for _, e := range []string{
		"config.timeout", "getTimeout()", "x", "10n", "'65' + '000'", "parseInt(process.env.X)", "Number(process.env.X)", "process.env.X", "-process.env.X",
		"process.env.NODE_ENV ? 1 : 2", "process.env.NODE_ENV === 'production' ? 1 : 2", "[5]", "{}", "`${5}`", "typeof 5", "await 5", "ms('5s')", "Math.random()",
		"'\\x35'", "5 > 3", "5 & 3", "new Number(5)", "NaN", "Infinity", "parseInt('', 10)", "0/0",
	} {
		v := evaluateText(t, e)
		if v.Kind == Number && !math.IsNaN(v.Number) {
			t.Errorf("%s = %+v, want no number", e, v)
		}
	}
}

// FuzzExpressions checks that no text makes the evaluator fail.
func FuzzExpressions(f *testing.F) {
	for _, e := range jsExpressions {
		f.Add(e)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse(source.NewFile("/x.js", text), func(string) (syntax.Variable, bool) { return syntax.Variable{}, false })
		if err != nil {
			return
		}
		s.Collect(func(*js.NewExpr) bool { return false }, func(js.LiteralExpr) {})
		for _, p := range s.Places {
			if v := s.Eval(p.Node, 0); v.Kind == Unknown && v.Why == "" {
				t.Errorf("unknown without a reason: %q", text)
			}
		}
	})
}
