package report

import "strings"

// wrap breaks a printable text into lines of at most room columns, at blanks
// where there are any. It returns at least one line.
func wrap(text string, room int) []string {
	lines := []string{""}
	used := 0
	for _, word := range strings.Fields(text) {
		n := columns(word)
		if used > 0 && used+1+n > room {
			lines, used = append(lines, ""), 0
		}
		last := &lines[len(lines)-1]
		if used > 0 {
			*last += " "
			used++
		}
		*last += word
		used += n
		for used > room {
			head, tail := split(*last, room)
			if tail == "" {
				break
			}
			*last = head
			lines = append(lines, tail)
			last, used = &lines[len(lines)-1], columns(tail)
		}
	}
	return lines
}

// split cuts a printable text after as many characters as fit into room
// columns, at least one.
func split(s string, room int) (head, tail string) {
	used := 0
	for i, r := range s {
		if used += runeWidth(r); used > room && i > 0 {
			return s[:i], s[i:]
		}
	}
	return s, ""
}

// firstSentence returns a text up to the end of its first sentence.
func firstSentence(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	for i := 0; i < len(s); {
		end := strings.Index(s[i:], ". ")
		if end < 0 {
			break
		}
		i += end + 1
		if !abbreviated(s[:i]) {
			return s[:i]
		}
	}
	return s
}

func abbreviated(s string) bool {
	for _, a := range [...]string{"e.g.", "i.e.", "cf.", "vs.", "etc."} {
		if strings.HasSuffix(s, a) {
			return true
		}
	}
	return false
}
