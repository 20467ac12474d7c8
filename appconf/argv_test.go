package appconf

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
)

func TestSplitAsShellDoes(t *testing.T) {
	need(t, "sh")
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
		for _, w := range split(line, nil) {
			got.WriteString(w.text + "\x00")
			known = known && w.why == ""
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
		for _, w := range split(line, env) {
			if w.why != "" {
				w.text = "? " + w.why
			}
			got = append(got, w.text)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", line, diff)
		}
	}
}

func TestCommands(t *testing.T) {
	for line, want := range map[string]string{
		"gunicorn app":      "gunicorn app",
		"exec gunicorn app": "gunicorn app",
		"/usr/bin/env A=1 /opt/v/bin/gunicorn app": "gunicorn app",
		"tini -- gosu www gunicorn app":            "gunicorn app",
		"dumb-init python3.11 -m gunicorn a":       "gunicorn a",
		"nice -n 5 gunicorn app":                   "gunicorn app",
		"poetry run gunicorn app":                  "gunicorn app",
		"uv run --frozen gunicorn app":             "gunicorn app",
		"newrelic-admin run-program gunicorn app":  "gunicorn app",
		"opentelemetry-instrument gunicorn app":    "gunicorn app",
		"migrate && gunicorn app | tee log":        "migrate, gunicorn app, tee log",
		"pip install gunicorn; sleep 1":            "pip install gunicorn, sleep 1",
		"A=1 B=2":                                  "",
		"exec":                                     "",
		"-x":                                       "",
	} {
		r := &reading{env: map[string]syntax.Variable{}}
		words := split(line, nil)
		f := source.NewFile("/f", line)
		place(words, source.Span{File: f, End: len(line)}, len(line))
		var got []string
		for _, c := range r.commands(words) {
			text := c.program
			for _, a := range c.args {
				text += " " + a.text
			}
			got = append(got, text)
		}
		if text := strings.Join(got, ", "); text != want {
			t.Errorf("%q: %q, want %q", line, text, want)
		}
	}
}
