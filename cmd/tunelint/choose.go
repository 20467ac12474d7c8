package main

import (
	"errors"
	"fmt"

	"github.com/tunelint/tunelint/lint"
)

// choice returns the letter that --choose names, "" without it. A letter means
// something within a rule only, so --only must say which. One that no finding
// offers is no mistake of the command line: the findings come and go with the files.
func (s *session) choice(only []*lint.Rule) (string, error) {
	text := s.text("choose")
	if text == "" {
		return "", nil
	}
	letter, ok := lint.ParseChoice(text)
	switch {
	case !ok:
		return "", fail(exitUsage, fmt.Errorf("--choose: %q is not the letter of a choice: say A, B ...", text))
	case only == nil:
		return "", fail(exitUsage, errors.New("--choose: a choice belongs to a rule: add --only RULE"))
	}
	return letter, nil
}
