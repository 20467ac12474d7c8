package appconf

import (
	"math"
	"strconv"
	"strings"

	"github.com/tdewolff/parse/v2/js"

	"github.com/tunelint/tunelint/appconf/jsexpr"
	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
)

// bodyParsers are the functions of express and body-parser whose option limit is
// the largest body they take.
var bodyParsers = map[string]bool{"json": true, "urlencoded": true, "raw": true, "text": true}

// expressBody is the limit where none is given (body-parser, lib/utils.js).
const expressBody = 100 << 10

var byteSize = syntax.Pattern(`(?i)^(\d+(?:\.\d+)?) *(b|kb|mb|gb|tb)?$`)

// readBytes reads a size as the module bytes does, whose units are binary.
func readBytes(s string) (int64, bool) {
	m := byteSize().FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	number, err := strconv.ParseFloat(m[1], 64)
	unit := max(strings.Index("bkmgt", strings.ToLower((m[2] + "b")[:1])), 0)
	size := math.Floor(number * float64(int64(1)<<(10*unit)))
	return int64(size), err == nil && size > 0 && size < 1<<53
}

// isBodyParser reports whether a call is express.json(), bodyParser.json(), or
// json() that comes from either.
func (n *nodeSpeech) isBodyParser(object, function string) bool {
	if !bodyParsers[function] && object != "" {
		return false
	}
	module, name := n.modules[object], function
	if object == "" {
		module, name, _ = cutMember(n.modules[function])
	}
	return bodyParsers[name] && (module == "express" || module == "body-parser")
}

// readBodyParser reads the limit of a parser of bodies. It holds for bodies of one
// type, so it is told as a limit of some requests only.
func (s *script) readBodyParser(n *js.CallExpr, at source.Span) {
	d := declaration{name: "max_body_size", number: expressBody, at: at, rank: rankOption, assumed: true}
	if len(n.Args.List) > 0 {
		o := s.object(n.Args.List[0].Value)
		if o == nil {
			d.why = "the options of the parser are not written here"
		} else {
			s.bodyOptions(o, &d)
		}
	}
	s.declared = append(s.declared, d)
}

// bodyOptions reads the option limit.
func (s *script) bodyOptions(o *js.ObjectExpr, d *declaration) {
	for i := range o.List {
		p := &o.List[i]
		switch {
		case p.Name == nil || p.Name.IsComputed():
			d.why = "the options of the parser are not written here"
		case strings.Trim(string(p.Name.Literal.Data), `'"`) == "limit":
			d.at = s.OptionSpan(p)
			bodySize(s.Eval(p.Value, 0), d)
		}
	}
}

// bodySize applies the value of a limit: a number of bytes, or a text.
func bodySize(v jsexpr.Value, d *declaration) {
	switch {
	case v.Kind == jsexpr.Unknown:
		d.why = v.Why
	case v.Kind == jsexpr.Number && v.Number > 0 && v.Number == math.Trunc(v.Number) && v.Number < 1<<53:
		d.number = int64(v.Number)
	case v.Kind == jsexpr.Text:
		n, ok := readBytes(v.Text)
		if d.number = n; !ok {
			d.why = "not a size that is understood"
		}
	default:
		d.why = "not a size that is understood"
	}
}
