package main

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// interrupts ends the program on SIGINT and SIGTERM, except while something
// that must not be cut in half is going on.
type interrupts struct {
	critical sync.Mutex
	caught   context.Context // ends when a signal came in
}

// watch starts to wait for signals.
func (i *interrupts) watch() {
	caught, stop := context.WithCancel(context.Background())
	i.caught = caught
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		code := exitInterrupt
		if <-signals == syscall.SIGTERM {
			code = exitTerminate
		}
		stop()
		i.critical.Lock()
		os.Exit(code)
	}()
}

// hold runs f to its end before a signal is obeyed. The context that f gets
// ends when a signal comes in: f then stops and undoes what it did.
func (i *interrupts) hold(f func(context.Context) error) error {
	i.critical.Lock()
	defer i.critical.Unlock()
	return f(i.caught)
}
