package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strings"
)

// confirm asks for permission where somebody can answer; elsewhere --yes is it.
func (s *session) confirm(r *repair) error {
	if s.flag("yes") {
		return nil
	}
	if !interactive() {
		return errors.New("nobody can be asked here: say --yes to write; nothing is written")
	}
	for _, c := range r.changes() {
		fmt.Fprintf(s.stderr, "%s\n", visible(c.File.Path))
	}
	fmt.Fprintf(s.stderr, "Write %s? [y/N] ", quantity(len(r.changes()), "file"))
	answer, err := bufio.NewReader(os.Stdin).ReadString('\n')
	answer = strings.ToLower(strings.TrimSpace(answer))
	if err != nil || answer != "y" && answer != "yes" {
		return errors.New("nothing is written")
	}
	return nil
}

func quantity(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
