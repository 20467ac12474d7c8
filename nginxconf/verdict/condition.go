package verdict

import "strings"

// checkIf is ngx_http_rewrite_if_condition. The parentheses may be words of
// their own or the first and last byte of others.
func checkIf(s *statement) {
	var room [8]string
	words := room[:0]
	for _, a := range s.Args {
		words = append(words, a.Text)
	}
	first, last := 0, len(words)-1
	if !strings.HasPrefix(words[0], "(") {
		s.invalidCondition(0, words[0])
		return
	}
	if words[0] == "(" {
		first = 1
	} else {
		words[0] = words[0][1:]
	}
	if !strings.HasSuffix(words[last], ")") {
		s.invalidCondition(last, words[last])
		return
	}
	if words[last] == ")" {
		last--
	} else {
		words[last] = words[last][:len(words[last])-1]
	}
	s.checkCondition(words, first, last)
}

func (s *statement) invalidCondition(arg int, word string) {
	if !isPlaceholder(s.ArgText()) {
		s.refuse(min(arg, len(s.Args)-1), `invalid condition "%s"`, word)
	}
}

// checkCondition looks at what stands between the parentheses.
func (s *statement) checkCondition(words []string, first, last int) {
	if first >= len(words) {
		s.invalidCondition(0, "")
		return
	}
	word := words[first]
	switch {
	case len(word) > 1 && word[0] == '$':
		s.checkComparison(words, first, last)
	case len(word) == 2 && word[0] == '-' || len(word) == 3 && strings.HasPrefix(word, "!-"):
		if first+1 != last || !strings.Contains("fdex", word[len(word)-1:]) {
			s.invalidCondition(first, word)
		}
	default:
		s.invalidCondition(first, word)
	}
}

// checkComparison looks at a variable, or a variable, an operator and a value.
func (s *statement) checkComparison(words []string, first, last int) {
	if first == last {
		return
	}
	if first+2 != last {
		s.invalidCondition(first, words[first])
		return
	}
	switch operator := words[first+1]; operator {
	case "=", "!=":
	case "~", "~*", "!~", "!~*":
		s.checkRegex(last, words[last])
	default:
		if !isPlaceholder(operator) {
			s.refuse(first+1, `unexpected "%s" in condition`, operator)
			s.meant(operatorMeant(operator))
		}
	}
}

// operatorMeant returns the operator that other languages spell otherwise; ""
// for none.
func operatorMeant(word string) string {
	switch word {
	case "==", "===":
		return "="
	case "=~":
		return "~"
	case "!==", "<>":
		return "!="
	}
	return ""
}
