package main

import (
	"os"
	"strings"

	"golang.org/x/term"
)

// colored reports whether a stream is written in colour: what --color says,
// then NO_COLOR, CLICOLOR_FORCE and FORCE_COLOR, CLICOLOR and TERM, and last
// whether the stream is a terminal.
func colored(when string, stream *os.File) bool {
	switch when {
	case "always":
		return true
	case "never":
		return false
	}
	switch {
	case os.Getenv("NO_COLOR") != "":
		return false
	case forced("CLICOLOR_FORCE"), forced("FORCE_COLOR"):
		return true
	case os.Getenv("CLICOLOR") == "0", os.Getenv("TERM") == "dumb":
		return false
	}
	return isTerminal(stream)
}

func forced(variable string) bool {
	value := os.Getenv(variable)
	return value != "" && value != "0"
}

// isTerminal asks the terminal driver: the mode bits call /dev/null one too.
func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// columns returns the width of a terminal, 0 when it has none.
func columns(f *os.File) int {
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// asciiLocale reports whether the locale promises no UTF-8.
func asciiLocale() bool {
	for _, variable := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if value := strings.ToLower(os.Getenv(variable)); value != "" {
			return !strings.Contains(value, "utf-8") && !strings.Contains(value, "utf8")
		}
	}
	return true
}

// inGitHubActions reports whether what is printed goes to a runner of GitHub Actions,
// which obeys commands that it finds there.
func inGitHubActions() bool { return os.Getenv("GITHUB_ACTIONS") == "true" }

// interactive reports whether somebody is there to answer a question.
func interactive() bool {
	return isTerminal(os.Stdin) && isTerminal(os.Stderr) && os.Getenv("CI") == "" && os.Getenv("PRE_COMMIT") == ""
}
