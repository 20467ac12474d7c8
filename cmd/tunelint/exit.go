package main

import "errors"

// The exit codes. They never depend on the output format, and every code from
// exitUsage on means that the run must not be taken for a verdict.
const (
	exitClean      = 0   // nothing at or above the threshold; nothing to change
	exitFindings   = 1   // findings at or above the threshold; a diff exists
	exitUsage      = 2   // bad flag, configuration or rule name
	exitIncomplete = 3   // no host found, or a file could not be read or understood
	exitRefused    = 4   // validation failed or the write was refused; nothing is changed
	exitRestore    = 5   // a write failed and not every file could be put back
	exitPanic      = 70  // a bug
	exitHangUp     = 129 // SIGHUP
	exitInterrupt  = 130 // SIGINT
	exitTerminate  = 143 // SIGTERM
)

// An exitError ends the run with a code. A nil err means that everything has
// been said already.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// exit ends the run with a code and no further words; nil for a clean run.
func exit(code int) error {
	if code == exitClean {
		return nil
	}
	return &exitError{code: code}
}

// fail ends the run with an error and a code, unless the error carries one
// already; nil for no error.
func fail(code int, err error) error {
	var coded *exitError
	if err == nil || errors.As(err, &coded) {
		return err
	}
	return &exitError{code, err}
}
