package verdict

import (
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

// parameters judges the words of a directive whose name, place and number of
// arguments are right.
func (j *judge) parameters(d *nginxconf.Directive, in nginxconf.Context, lists []*paramList) []Verdict {
	for _, l := range lists {
		if l.in&in != 0 {
			return l.judge(d, j.version)
		}
	}
	return nil
}

// judge returns what is wrong with each word, and a parameter that is missing.
func (l *paramList) judge(d *nginxconf.Directive, v nginxconf.Version) []Verdict {
	var out []Verdict
	certain, complete := true, l.required == ""
	for i := l.first; i < len(d.Args); i++ {
		word := d.Args[i].Text
		complete = complete || strings.HasPrefix(word, l.required) || word == "off"
		verdict, sure := l.word(d, i, v)
		if verdict.Kind != 0 {
			complete = complete || strings.HasPrefix(verdict.Suggestion, l.required)
			out = append(out, verdict)
		}
		certain = certain && sure
	}
	if !complete && certain {
		out = append(out, Verdict{Kind: InvalidParameter, Arg: -1, Message: quoted(l.missing, d.Name)})
	}
	if l.check != nil {
		if i, message := l.check(d, v); i >= 0 {
			out = append(out, Verdict{Kind: InvalidParameter, Arg: i, Message: message})
		}
	}
	return out
}

// word judges one word. sure is false when it could stand for anything.
func (l *paramList) word(d *nginxconf.Directive, i int, v nginxconf.Version) (verdict Verdict, sure bool) {
	word := d.Args[i].Text
	p, known := l.find(word)
	verdict.Arg = i
	switch {
	case known && p.plus:
		return Verdict{}, true
	case known && !v.Since(p.since):
		verdict.Kind, verdict.Since = NeedsNewer, p.since
	case known && p.until != "" && v.Known() && v.Since(p.until):
		verdict.Kind = Removed
	case known || l.ignores || l.values && !strings.Contains(word, "="):
		return Verdict{}, true
	case isReplaced(word):
		return Verdict{}, false
	default:
		verdict.Kind = InvalidParameter
		verdict.Suggestion = l.nearest(d, word, v)
	}
	verdict.Message = quoted(l.refusal, word)
	return verdict, true
}

// find returns the parameter a word is.
func (l *paramList) find(word string) (param, bool) {
	if i := strings.IndexByte(word, '='); i >= 0 {
		if p, ok := l.params[word[:i+1]]; ok {
			return p, true
		}
	}
	p, ok := l.params[word]
	return p, ok && !strings.HasSuffix(word, "=")
}

// nearest returns the word with its parameter's name put right, where one name
// alone can be meant; "" for none.
func (l *paramList) nearest(d *nginxconf.Directive, word string, v nginxconf.Version) string {
	stem, value, valued := strings.Cut(word, "=")
	n := newNearness(stem)
	for name, p := range l.params {
		candidate, takesValue := strings.CutSuffix(name, "=")
		if takesValue == valued && !p.plus && p.until == "" && v.Since(p.since) {
			n.consider(candidate)
		}
	}
	name, ok := n.result()
	if !ok {
		return ""
	}
	if valued {
		if i, _ := d.Param(name); i >= 0 {
			return "" // it is there already
		}
		name += "=" + value
	}
	return name
}

// optionForFormat finds an option of access_log where the name of a format has
// to stand.
func optionForFormat(d *nginxconf.Directive, _ nginxconf.Version) (int, string) {
	for _, option := range []string{"buffer=", "flush=", "gzip=", "if="} {
		if strings.HasPrefix(d.Arg(1), option) {
			return 1, quoted(`unknown log format "%s"`, d.Arg(1))
		}
	}
	return -1, ""
}

// logEscaping finds an escaping that log_format does not know.
func logEscaping(d *nginxconf.Directive, v nginxconf.Version) (int, string) {
	escaping, ok := strings.CutPrefix(d.Arg(1), "escape=")
	if !ok || !v.Since("1.11.8") || escaping == "default" || escaping == "json" || escaping == "none" || strings.Contains(escaping, "$") {
		return -1, ""
	}
	return 1, quoted(`unknown log format escaping "%s"`, escaping)
}

// zoneSize finds a size that nginx cannot read.
func zoneSize(d *nginxconf.Directive, _ nginxconf.Version) (int, string) {
	size := d.Arg(1)
	if len(d.Args) < 2 || isReplaced(size) {
		return -1, ""
	}
	if _, ok := nginxconf.ParseSize(size, false); ok {
		return -1, ""
	}
	return 1, quoted(`invalid zone size "%s"`, size)
}
