package sysctl

import (
	"fmt"
	"strconv"
	"strings"
)

// Misread says how the kernel takes a value, which it does not refuse, for something
// else than it looks like; "" where it does not. key is the key as written, of which
// k may be the pattern. ignored is set where the kernel only passes over what is too
// much.
func (k *Key) Misread(key, value string) (why string, ignored bool) {
	words, want := strings.Fields(value), k.Places()
	if want == 0 || len(words) == 0 {
		return "", false
	}
	for _, word := range words[:min(want, len(words))] {
		octal, err := strconv.ParseInt(word, 8, 64)
		decimal, _ := strconv.ParseInt(word, 10, 64)
		if err == nil && word[0] == '0' && octal != decimal {
			return fmt.Sprintf("the kernel reads %s of %s as %d: a leading zero makes it octal", word, key, octal), false
		}
	}
	switch {
	case len(words) < want:
		return fmt.Sprintf("%s has %d numbers, %s sets %d of them: the others stay as they are", key, want, strings.Join(words, " "), len(words)), false
	case len(words) > want:
		return fmt.Sprintf("%s has %s, the kernel ignores %q", key, inNumbers(want), strings.Join(words[want:], " ")), true
	case want == 3 && !ascending(words):
		return fmt.Sprintf("%s %s is out of order, which is %s", key, strings.Join(words, " "), tripleOrder(key)), false
	}
	return "", false
}

func inNumbers(n int) string {
	if n == 1 {
		return "one number"
	}
	return fmt.Sprintf("%d numbers", n)
}

// tripleOrder names the three numbers of a key (Documentation/networking/ip-sysctl).
func tripleOrder(key string) string {
	if strings.HasSuffix(key, "_mem") {
		return "low, pressure and high"
	}
	return "minimum, default and maximum"
}

// ascending reports whether no number is below the one before it.
func ascending(words []string) bool {
	var last int64
	for i, word := range words {
		n, err := strconv.ParseInt(word, 0, 64)
		if err == nil && i > 0 && n < last {
			return false
		}
		last = n
	}
	return true
}
