package appconf

import (
	"slices"
	"strings"

	"github.com/tdewolff/parse/v2/js"

	"github.com/tunelint/tunelint/appconf/jsexpr"
	"github.com/tunelint/tunelint/source"
)

// options returns the options of the call that a name may be an option of: those
// of createServer or of Fastify.
func (s *scanner) options(i int) map[string]property {
	if s.at(i+1).kind != js.ColonToken || !s.inCreate(i) {
		return nil
	}
	if strings.EqualFold(s.at(s.at(i).open-2).text, "fastify") {
		return fastifyOptions
	}
	return createOptions
}

// readHandler reads process.on('SIGTERM', handler) at the name of the signal.
func (s *scanner) readHandler(i int) {
	name := strings.Trim(s.tokens[i].text, `'"`)
	if !strings.HasPrefix(name, "SIG") || s.tokens[i].kind != js.StringToken || s.at(i+1).kind != js.CommaToken {
		return
	}
	first := i - 4 // process . on (
	if s.at(first).text != "process" || !slices.Contains([]string{"on", "once"}, s.at(first+2).text) {
		return
	}
	at := source.Span{File: s.file, Start: s.at(first).start, End: jsexpr.ExpressionEnd(s.file.Text, s.at(first).start)}
	s.handles(name, at, s.alwaysRuns(first))
}

// readBodyLimit reads the option limit of express.json() and the like.
func (s *scanner) readBodyLimit(i int) {
	open := s.at(i).open
	if strings.Trim(s.tokens[i].text, `'"`) != "limit" || s.at(i+1).kind != js.ColonToken || s.at(open-1).kind != js.OpenParenToken {
		return
	}
	object := ""
	if s.at(open-3).kind == js.DotToken {
		object = s.at(open - 4).text
	}
	if !s.speech.isBodyParser(object, s.at(open-2).text) {
		return
	}
	at := source.Span{File: s.file, Start: s.tokens[i].start, End: jsexpr.ExpressionEnd(s.file.Text, s.tokens[i].start)}
	d := declaration{name: "max_body_size", at: at, rank: rankOption, assumed: true}
	bodySize(s.evaluate(s.at(i+2).start, 0), &d)
	s.declared = append(s.declared, d)
}
