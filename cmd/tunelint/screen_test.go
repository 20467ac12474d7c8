package main

import (
	"os"
	"testing"
)

func TestColored(t *testing.T) {
	terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("no pseudo-terminal: ", err)
	}
	defer terminal.Close()
	null, err := os.Open(os.DevNull) // a character device, but no terminal
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	for _, c := range []struct {
		name             string
		when             string
		env              map[string]string
		onTTY, elsewhere bool
	}{
		{name: "nothing said", onTTY: true},
		{name: "always", when: "always", onTTY: true, elsewhere: true},
		{name: "never", when: "never"},
		{name: "always beats NO_COLOR", when: "always", env: map[string]string{"NO_COLOR": "1"}, onTTY: true, elsewhere: true},
		{name: "never beats FORCE_COLOR", when: "never", env: map[string]string{"FORCE_COLOR": "1"}},
		{name: "auto says nothing", when: "auto", env: map[string]string{"FORCE_COLOR": "1"}, onTTY: true, elsewhere: true},
		{name: "NO_COLOR", env: map[string]string{"NO_COLOR": "0"}},
		{name: "NO_COLOR beats CLICOLOR_FORCE", env: map[string]string{"NO_COLOR": "1", "CLICOLOR_FORCE": "1"}},
		{name: "NO_COLOR beats FORCE_COLOR", env: map[string]string{"NO_COLOR": "1", "FORCE_COLOR": "1"}},
		{name: "CLICOLOR_FORCE", env: map[string]string{"CLICOLOR_FORCE": "1"}, onTTY: true, elsewhere: true},
		{name: "CLICOLOR_FORCE 0 says nothing", env: map[string]string{"CLICOLOR_FORCE": "0"}, onTTY: true},
		{name: "FORCE_COLOR 0 says nothing", env: map[string]string{"FORCE_COLOR": "0"}, onTTY: true},
		{name: "CLICOLOR_FORCE beats CLICOLOR", env: map[string]string{"CLICOLOR_FORCE": "1", "CLICOLOR": "0"}, onTTY: true, elsewhere: true},
		{name: "FORCE_COLOR beats TERM", env: map[string]string{"FORCE_COLOR": "1", "TERM": "dumb"}, onTTY: true, elsewhere: true},
		{name: "CLICOLOR", env: map[string]string{"CLICOLOR": "0"}},
		{name: "CLICOLOR 1 says nothing", env: map[string]string{"CLICOLOR": "1"}, onTTY: true},
		{name: "TERM", env: map[string]string{"TERM": "dumb"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, v := range []string{"NO_COLOR", "CLICOLOR_FORCE", "FORCE_COLOR", "CLICOLOR", "TERM"} {
				t.Setenv(v, c.env[v])
			}
			if got := colored(c.when, terminal); got != c.onTTY {
				t.Errorf("on a terminal: %v", got)
			}
			if got := colored(c.when, null); got != c.elsewhere {
				t.Errorf("elsewhere: %v", got)
			}
		})
	}
}

func TestASCIILocale(t *testing.T) {
	for _, c := range []struct {
		all, ctype, lang string
		want             bool
	}{
		{want: true},
		{lang: "C", want: true},
		{lang: "en_US.UTF-8"},
		{lang: "de_DE.utf8"},
		{lang: "de_DE.ISO-8859-1", want: true},
		{ctype: "C.UTF-8", lang: "C"},
		{all: "C", ctype: "C.UTF-8", lang: "C.UTF-8", want: true},
	} {
		t.Setenv("LC_ALL", c.all)
		t.Setenv("LC_CTYPE", c.ctype)
		t.Setenv("LANG", c.lang)
		if got := asciiLocale(); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}
