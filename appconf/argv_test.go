package appconf

import (
	"strings"
	"testing"

	"github.com/tunelint/tunelint/appconf/shellwords"
	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
)

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
		words := shellwords.Split(line, nil)
		f := source.NewFile("/f", line)
		shellwords.Place(words, source.Span{File: f, End: len(line)}, len(line))
		var got []string
		for _, c := range r.commands(words) {
			text := c.program
			for _, a := range c.args {
				text += " " + a.Text
			}
			got = append(got, text)
		}
		if text := strings.Join(got, ", "); text != want {
			t.Errorf("%q: %q, want %q", line, text, want)
		}
	}
}
