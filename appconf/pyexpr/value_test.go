package pyexpr

import (
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/source/realpart"
)

func TestPythonAsPythonComputesIt(t *testing.T) {
	realpart.Need(t, "python3")
	expressions := []string{"5", "1_000", "2*3+4", "2*(3+4)", "7//2", "-7//2", "7/2", "-7%3", "-(3)", "1.5*4", "int('12')", "int(7.9)", "int(-7.9)", "float('2.5')",
		"int(os.getenv('TUNELINT_UNSET', '5'))", "int(os.environ.get('TUNELINT_UNSET', 6)) * 2", "int(os.environ.get('TUNELINT_UNSET') or 4)", "0 or 7", "'' or 3", "(1 +\n 2)", "1e3", "2 - 3 - 4", "8 / 2 / 2", "int(str(12))"}
	program := "import os, sys\nfor e in sys.argv[1:]: print(float(eval(e)))"
	out, err := exec.Command("python3", slices.Concat([]string{"-c", program}, expressions)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Fields(string(out))
	for i, e := range expressions {
		m := &Module{File: source.NewFile("/c.py", "x = "+e+"\n"), Env: map[string]syntax.Variable{}, Values: map[string]Value{}}
		_, v, _, ok := m.Assignment(m.Statements()[0])
		want, _ := strconv.ParseFloat(lines[i], 64)
		if got, isNumber := v.number(); !ok || !isNumber || got != want {
			t.Errorf("%s = %+v, python says %v", e, v, want)
		}
	}
	for _, e := range []string{"2 ** 3", "f(5)", "x.y", "[1, 2]", "'5'", "0x10", "5 if a else 6", "5 and 6", "not 5", "lambda: 5", "'a' 'b'", "{}", "1 < 2", "~5", strings.Repeat("(", 99) + "5"} {
		m := &Module{File: source.NewFile("/c.py", "x = "+e+"\n"), Env: map[string]syntax.Variable{}, Values: map[string]Value{}}
		if _, v, _, _ := m.Assignment(m.Statements()[0]); true {
			if f, isNumber := v.number(); isNumber {
				t.Errorf("%s = %v, want no number", e, f)
			}
		}
	}
}
