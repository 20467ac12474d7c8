package shellwords

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source/realpart"
)

func TestSplitAsShellDoes(t *testing.T) {
	realpart.Need(t, "sh")
	for _, line := range []string{
		"gunicorn app:app -w 2", "a  'b c'  \"d e\"", `a\ b "c\"d" 'e\f' "g\h"`, "a'b'\"c\"d", "''  \"\"", "a # comment", "a#b c", "a \\\n b",
		`"$UNSET_TUNELINT" x`, `a${UNSET_TUNELINT:-default}b`, `"${UNSET_TUNELINT-two words}"`, "é 'ü ß'", "a=b --c=d", "'a\nb' c", `\$HOME "\$HOME"`, "\t a \t", "",
	} {
		out, err := exec.Command("sh", "-c", `eval "set -- $1"; for w do printf '%s\0' "$w"; done`, "sh", line).Output()
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		var got strings.Builder
		known := true
		for _, w := range Split(line, nil) {
			got.WriteString(w.Text + "\x00")
			known = known && w.Why == ""
		}
		if diff := cmp.Diff(string(out), got.String()); diff != "" && known {
			t.Errorf("%q: %s", line, diff)
		}
	}
}

func TestSplitOperatorsAndVariables(t *testing.T) {
	env := map[string]syntax.Variable{"PORT": {Text: "8000"}, "LATER": {Why: "not known"}}
	for line, want := range map[string][]string{
		"a && b; c | d > e 2>&1": {"a", "&&", "b", ";", "c", "|", "d", ">", "e", "2", ">", "&", "1"},
		"a&&b":                   {"a", "&&", "b"},
		"-b :$PORT":              {"-b", ":8000"},
		"-b :${PORT}":            {"-b", ":8000"},
		"-w ${WORKERS:-4}":       {"-w", "4"},
		"-w ${WORKERS}":          {"-w", "? it depends on the environment variable WORKERS"},
		"-w $LATER":              {"-w", "? it depends on the environment variable LATER"},
		"-w ${A:?x}":             {"-w", "? a variable is not understood"},
		"-w ${A":                 {"-w", "? a variable is not understood"},
		"-w $(nproc)":            {"-w", "? it is the output of a command"},
		"-w `nproc`":             {"-w", "? it is the output of a command"},
		"$$ $":                   {"$", "$"},
		"'open":                  {"? a quote is not closed"},
		`"open`:                  {"? a quote is not closed"},
		`end\`:                   {`end\`},
	} {
		var got []string
		for _, w := range Split(line, env) {
			if w.Why != "" {
				w.Text = "? " + w.Why
			}
			got = append(got, w.Text)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", line, diff)
		}
	}
}
