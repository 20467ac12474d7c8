package main

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/go-multierror"

	"github.com/tunelint/tunelint/source"
)

func TestComplain(t *testing.T) {
	f := source.NewFile("/c/tunelint.yaml", "version: 1\n\tnäme\x1b: \xff x\n"+strings.Repeat("x", 1000)+"\n")
	at := func(start, end int) error {
		return &source.Error{Span: source.Span{File: f, Start: start, End: end}, Message: "wrong"}
	}
	for _, c := range []struct {
		name string
		err  error
		want string
	}{
		{"plain", errors.New("a"), "tunelint: a\n"},
		{"hostile", errors.New("a\x1b[31m\nb"), "tunelint: a\\x1b[31m\\nb\n"},
		{"list", multierror.Append(nil, errors.New("a"), errors.New("b")), "tunelint: a\ntunelint: b\n"},
		{"joined", errors.Join(errors.New("a"), errors.New("b")), "tunelint: a\ntunelint: b\n"},
		{"sentence", fmt.Errorf("%w, for %w", errors.New("a"), errors.New("b")), "tunelint: a, for b\n"},
		{"place", at(0, 7), "/c/tunelint.yaml:1:1: wrong\n1 | version: 1\n  | ^^^^^^^\n"},
		{"behind wide characters", at(18, 19), "/c/tunelint.yaml:2:8: wrong\n2 |  näme\\x1b: \\xff x\n  |          ^\n"},
		{"several lines", at(9, 19), "/c/tunelint.yaml:1:10: wrong\n1 | version: 1\n  |          ^\n"},
		{"nothing", at(0, 0), "/c/tunelint.yaml:1:1: wrong\n1 | version: 1\n  | ^\n"},
		{"long line", at(30, 40), "/c/tunelint.yaml:3:7: wrong\n"},
		{"end of the file", at(len(f.Text), len(f.Text)), "/c/tunelint.yaml:4:1: wrong\n4 | \n  | ^\n"},
	} {
		var b strings.Builder
		(&app{stderr: &b}).complain(c.err)
		if diff := cmp.Diff(c.want, b.String()); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func TestPlainly(t *testing.T) {
	err := plainly(&fs.PathError{Op: "lstat", Path: "/x", Err: fs.ErrNotExist})
	if err.Error() != "/x: file does not exist" || !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}
