package syntax

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/spelling"
)

// A YAMLText turns the line and column of YAML nodes into byte offsets. YAML
// ends lines where source.File does not: at a lone CR, NEL, LS and PS.
type YAMLText struct {
	File  *source.File
	lines []int // offset of the first byte of every YAML line
	// marks hold the offset of every markStep-th character of the lines that have
	// been asked for and hold more than ASCII.
	marks map[int][]int
}

const markStep = 256

// NewYAMLText finds the lines of a file, whatever it holds.
func NewYAMLText(f *source.File) *YAMLText {
	first := 0
	if strings.HasPrefix(f.Text, "\ufeff") {
		first = len("\ufeff")
	}
	lines := []int{first}
	for at := first; ; {
		end, next := yamlBreak(f.Text, at)
		if next == end {
			return &YAMLText{f, lines, map[int][]int{}}
		}
		lines, at = append(lines, next), next
	}
}

// yamlBreak returns where the line that holds an offset ends and where the next
// one starts; both are the end of the text on the last line.
func yamlBreak(text string, at int) (end, next int) {
	for ; at < len(text); at++ {
		switch text[at] {
		case '\n':
			return at, at + 1
		case '\r':
			if strings.HasPrefix(text[at:], "\r\n") {
				return at, at + 2
			}
			return at, at + 1
		case 0xc2, 0xe2: // the first byte of NEL, LS and PS
			for _, sep := range []string{"\u0085", "\u2028", "\u2029"} {
				if strings.HasPrefix(text[at:], sep) {
					return at, at + len(sep)
				}
			}
		}
	}
	return at, at
}

var yamlProblem = Pattern(`^yaml: (?:line (\d+): )?(.*)`)

// Parse returns the top node of the only document, nil for an empty file. Errors are
// of type [source.Error].
func (t *YAMLText) Parse() (*yaml.Node, error) {
	dec := yaml.NewDecoder(strings.NewReader(t.File.Text))
	var doc yaml.Node
	switch err := dec.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return nil, nil
	case err != nil:
		return nil, t.problem(err)
	}
	var second yaml.Node
	if err := dec.Decode(&second); err == nil {
		return nil, &source.Error{Span: t.Span(&second), Message: "a second document: only one is read"}
	} else if !errors.Is(err, io.EOF) {
		return nil, t.problem(err)
	}
	if doc.Kind != yaml.DocumentNode || len(doc.Content) == 0 {
		return nil, nil
	}
	return doc.Content[0], nil
}

// problem places a syntax error; the library names its line at best.
func (t *YAMLText) problem(err error) error {
	at, message := t.File.Line(1), err.Error()
	if m := yamlProblem().FindStringSubmatch(message); m != nil {
		message = m[2]
		if n, err := strconv.Atoi(m[1]); err == nil && n <= t.File.Lines() {
			at = t.File.Line(n)
		}
	}
	return &source.Error{Span: at, Message: "not valid YAML: " + message}
}

// offset returns where a node starts: with its anchor or tag, if it has one.
func (t *YAMLText) offset(n *yaml.Node) int {
	text := t.File.Text
	if n.Line < 1 || n.Line > len(t.lines) {
		return len(text)
	}
	marks := t.marksOf(n.Line)
	if marks == nil {
		return min(t.lines[n.Line-1]+n.Column-1, len(text))
	}
	column := n.Column - 1
	mark := min(column/markStep, len(marks)-1)
	at := marks[mark]
	for i := mark * markStep; i < column && at < len(text); i++ {
		_, size := utf8.DecodeRuneInString(text[at:])
		at += size
	}
	return at
}

// marksOf returns the marks of a line, nil for one of ASCII.
func (t *YAMLText) marksOf(line int) []int {
	if marks, ok := t.marks[line]; ok {
		return marks
	}
	start, end := t.lines[line-1], len(t.File.Text)
	if line < len(t.lines) {
		end = t.lines[line]
	}
	var marks []int
	count, ascii := 0, true
	for i, c := range t.File.Text[start:end] {
		if count%markStep == 0 {
			marks = append(marks, start+i)
		}
		count++
		ascii = ascii && c < utf8.RuneSelf
	}
	if ascii {
		marks = nil
	}
	t.marks[line] = marks
	return marks
}

// Span returns the place of a node: from its first byte to its last one.
func (t *YAMLText) Span(n *yaml.Node) source.Span {
	start := t.offset(n)
	return source.Span{File: t.File, Start: start, End: max(start, t.end(n, start))}
}

// Entry returns the place of "key: value".
func (t *YAMLText) Entry(key, value *yaml.Node) source.Span {
	s := t.Span(key)
	if value.Kind == yaml.ScalarNode && value.Value == "" && value.Style&quoted == 0 {
		return s
	}
	s.End = max(s.End, t.Span(value).End)
	return s
}

const quoted = yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle

// end returns where the node that starts at an offset ends.
func (t *YAMLText) end(n *yaml.Node, start int) int {
	switch {
	case n.Kind == yaml.AliasNode:
		return min(start+len("*")+len(n.Value), len(t.File.Text))
	case n.Kind == yaml.ScalarNode:
		return t.scalarEnd(n, start)
	case len(n.Content) > 0:
		last := n.Content[len(n.Content)-1]
		start = max(start, t.Span(last).End)
	}
	if n.Style&yaml.FlowStyle != 0 {
		return t.closing(start)
	}
	return start
}

// closing returns the offset after the bracket that closes a flow collection
// whose last entry ends at from.
func (t *YAMLText) closing(from int) int {
	text := t.File.Text
	for i := from; i < len(text); i++ {
		switch text[i] {
		case ']', '}':
			return i + 1
		case '#':
			i += max(strings.IndexByte(text[i:], '\n'), 0)
		}
	}
	return from
}

// scalarEnd returns the end of a scalar; of one over several lines, where it
// cannot be told from the node, the end of its first line.
func (t *YAMLText) scalarEnd(n *yaml.Node, start int) int {
	text := t.File.Text[start:]
	switch {
	case n.Style == 0 && n.Anchor == "" && strings.HasPrefix(text, n.Value):
		return start + len(n.Value)
	case n.Style&yaml.DoubleQuotedStyle != 0:
		return start + quoteEnd(text, '"', '\\')
	case n.Style&yaml.SingleQuotedStyle != 0:
		return start + quoteEnd(text, '\'', '\'')
	}
	end, _ := yamlBreak(text, 0)
	if i := strings.Index(text[:end], n.Value); i >= 0 && n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) == 0 {
		return start + i + len(n.Value)
	}
	return start + len(strings.TrimRight(text[:end], " \t"))
}

// quoteEnd returns the offset after the quote that ends the quoted text which
// starts with the first quote of s; escape protects the character after it.
func quoteEnd(s string, quote, escape byte) int {
	for i := strings.IndexByte(s, quote) + 1; i > 0 && i < len(s); i++ {
		switch {
		case s[i] == escape && i+1 < len(s) && (escape != quote || s[i+1] == quote):
			i++
		case s[i] == quote:
			return i + 1
		}
	}
	return len(s)
}

// KindName names what a YAML node is, for messages.
func KindName(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "keys and values"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case IsNull(n):
		return "nothing"
	}
	return fmt.Sprintf("%q", spelling.Abbreviate(n.Value))
}

// IsNull reports whether a YAML node is a scalar without a value.
func IsNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }
