package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// errInterrupted says that a signal came in.
var errInterrupted = errors.New("interrupted")

// signalCodes are the exit codes of the signals that end the program.
var signalCodes = map[os.Signal]int{syscall.SIGHUP: exitHangUp, syscall.SIGINT: exitInterrupt, syscall.SIGTERM: exitTerminate}

// interrupts ends the program on a signal, except while something that must not be
// cut in half is going on.
type interrupts struct {
	critical sync.Mutex
	caught   context.Context // ends when a signal came in
	code     int             // valid once caught has ended
	last     func()          // what the program says when a signal ends it; guarded by critical
}

// watch starts to wait for signals.
func (i *interrupts) watch() {
	caught, stop := context.WithCancel(context.Background())
	i.caught = caught
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // as nohup(1) has it
		signal.Notify(signals, syscall.SIGHUP)
	}
	go func() {
		i.code = signalCodes[<-signals]
		stop()
		i.critical.Lock()
		if i.last != nil {
			i.last()
		}
		os.Exit(i.code)
	}()
}

// saying has a function called if a signal ends the program between two holds, nil for
// none, and returns the one before.
func (i *interrupts) saying(last func()) (before func()) {
	i.critical.Lock()
	defer i.critical.Unlock()
	before, i.last = i.last, last
	return before
}

// hold runs f to its end before a signal is obeyed. The context that f gets ends when
// a signal comes in: f then stops and undoes what it did. The error then carries the
// signal's exit code, and the program ends with the words of f.
func (i *interrupts) hold(f func(context.Context) error) error {
	if i.caught.Err() != nil {
		return &exitError{i.code, errInterrupted}
	}
	i.critical.Lock()
	err := f(i.caught)
	if i.caught.Err() == nil {
		i.critical.Unlock()
		return err
	}
	var coded *exitError
	switch { // the lock stays: the signal has been obeyed
	case err == nil:
		err = errInterrupted
	case errors.As(err, &coded) && coded.code == exitRestore:
		return err
	}
	return &exitError{i.code, err}
}
