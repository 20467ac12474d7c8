package machine

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/tunelint/tunelint/source"
)

// A Figure is one thing read of the machine. The zero Figure is not known and
// gives no reason.
type Figure[T any] struct {
	Value T
	Known bool
	// From names the file, program or signs that say so.
	From string
	// Why says what keeps the figure from being known; "" when it is known.
	Why string
}

func known[T any](value T, from string) Figure[T] {
	return Figure[T]{Value: value, Known: true, From: from}
}

func unknown[T any](why string) Figure[T] { return Figure[T]{Why: why} }

// read returns the text of a file without the blanks around it.
func read(fsys source.FS, name string) (string, error) {
	data, _, err := fsys.Read(name)
	return strings.TrimSpace(string(data)), err
}

// reason says in words why a file could not be read.
func reason(err error) string {
	var at *fs.PathError
	switch {
	case !errors.As(err, &at):
		return err.Error()
	case errors.Is(err, fs.ErrNotExist):
		return "there is no " + at.Path
	}
	return fmt.Sprintf("%s cannot be read: %v", at.Path, at.Err)
}

// figure reads a figure from the text of one file.
func figure[T any](fsys source.FS, name string, parse func(text string) (T, bool)) Figure[T] {
	text, err := read(fsys, name)
	if err != nil {
		return unknown[T](reason(err))
	}
	value, ok := parse(text)
	if !ok {
		return unknown[T](name + " does not say")
	}
	return known(value, name)
}
