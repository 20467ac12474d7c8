package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/tunelint/tunelint/lint"
)

// issues is where a bug should be reported.
const issues = "https://github.com/tunelint/tunelint/issues"

// An app is one run of the program.
type app struct {
	stdout, stderr io.Writer
	rules          func() []*lint.Rule
	interrupts     interrupts
}

func newApp(rules func() []*lint.Rule) *app {
	return &app{stdout: &pipe{Writer: os.Stdout}, stderr: &pipe{Writer: os.Stderr}, rules: rules}
}

// run executes the command line and returns the exit code.
func (a *app) run(args []string) (code int) {
	defer a.recovered(&code)
	a.interrupts.watch()
	// Caught, so that a write to a closed pipe fails instead of ending the
	// process: the exit code stays the verdict.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	root := a.rootCommand()
	root.SetArgs(args)
	cmd, err := root.ExecuteC()
	return a.finish(cmd, err)
}

// finish says what went wrong and returns the exit code. An error without a
// code comes from the command line itself.
func (a *app) finish(cmd *cobra.Command, err error) int {
	if err == nil {
		return exitClean
	}
	var coded *exitError
	if errors.As(err, &coded) {
		a.complain(coded.err)
		return coded.code
	}
	a.complain(err)
	fmt.Fprintf(a.stderr, "Run '%s --help' for usage.\n", cmd.CommandPath())
	return exitUsage
}

// recovered turns a panic into a report of a bug.
func (a *app) recovered(code *int) {
	cause := recover()
	if cause == nil {
		return
	}
	fmt.Fprintf(a.stderr, "tunelint: internal error: %v\nThis is a bug. Please report it with the lines below: %s\n\n%s, %s\n%s",
		cause, issues, versionLine(), systemLine(), debug.Stack())
	*code = exitPanic
}

// print writes a result to standard output.
func (a *app) print(text string) error {
	_, err := io.WriteString(a.stdout, text)
	return fail(exitIncomplete, err)
}

// A pipe swallows what nobody reads any more: once a write fails with EPIPE
// the rest is dropped without an error.
type pipe struct {
	io.Writer
	closed bool
}

func (p *pipe) Write(b []byte) (int, error) {
	if p.closed {
		return len(b), nil
	}
	n, err := p.Writer.Write(b)
	if errors.Is(err, syscall.EPIPE) {
		p.closed = true
		return len(b), nil
	}
	return n, err
}
