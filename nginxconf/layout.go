package nginxconf

import "strings"

// lineStart returns the offset of the first byte of the line that holds offset.
func lineStart(text string, offset int) int {
	return strings.LastIndexByte(text[:offset], '\n') + 1
}

// indentation returns the blanks the line of offset starts with.
func indentation(text string, offset int) string {
	line := text[lineStart(text, offset):offset]
	return line[:len(line)-len(strings.TrimLeft(line, " \t"))]
}

// startsLine reports whether only blanks stand before offset on its line.
func startsLine(text string, offset int) bool {
	return strings.Trim(text[lineStart(text, offset):offset], " \t") == ""
}

// endsLine reports whether only blanks and a comment follow offset on its line,
// and where the next line starts.
func endsLine(text string, offset int) (next int, ok bool) {
	next = len(text)
	if n := strings.IndexByte(text[offset:], '\n'); n >= 0 {
		next = offset + n + 1
	}
	rest := strings.TrimLeft(text[offset:next], " \t\r\n")
	return next, rest == "" || rest[0] == '#'
}

// isBlankLine reports whether the line that starts at offset holds nothing, and
// where the next one starts. There is no line at the end of the text.
func isBlankLine(text string, offset int) (next int, ok bool) {
	n := strings.IndexByte(text[offset:], '\n')
	if n < 0 {
		return len(text), false
	}
	return offset + n + 1, strings.TrimRight(text[offset:offset+n], " \t\r") == ""
}

// indentUnit returns what one more level of nesting is indented by, read off
// the first block with a line of its own; four blanks when there is none.
func (d *Document) indentUnit() string {
	text := d.File.Text
	for _, outer := range d.Directives {
		if outer.Block == nil || len(outer.Block.Directives) == 0 {
			continue
		}
		first := outer.Block.Directives[0]
		outerIndent := indentation(text, int(outer.start))
		if unit, ok := strings.CutPrefix(indentation(text, int(first.start)), outerIndent); ok && unit != "" && startsLine(text, int(first.start)) {
			return unit
		}
	}
	return "    "
}

// airy reports whether the container separates its directives by blank lines.
func (c container) airy() bool {
	list := c.list()
	for i := 1; i < len(list); i++ {
		if strings.Count(c.doc.File.Text[list[i-1].end:list[i].start], "\n") > 1 && hasBlankLine(c.doc.File.Text, int(list[i-1].end), int(list[i].start)) {
			return true
		}
	}
	return false
}

func hasBlankLine(text string, start, end int) bool {
	lines := strings.Split(text[start:end], "\n")
	for i := 1; i < len(lines)-1; i++ {
		if strings.TrimRight(lines[i], " \t\r") == "" {
			return true
		}
	}
	return false
}

// align pads the name of a printed directive so that its first argument stands
// in the column where all its siblings have theirs.
func (c container) align(line string) string {
	name, rest, ok := strings.Cut(line, " ")
	width := c.column()
	if !ok || name[0] == '#' || len(name) >= width {
		return line
	}
	return name + strings.Repeat(" ", width-len(name)) + rest
}

// column returns how far behind its name every sibling's first argument starts,
// zero when they do not agree or are simply separated by one blank.
func (c container) column() int {
	width, padded, seen := 0, false, 0
	for _, d := range c.list() {
		if len(d.Args) == 0 || d.Block != nil {
			continue
		}
		w := int(d.Args[0].start - d.start)
		if seen++; seen > 1 && w != width {
			return 0
		}
		width = w
		padded = padded || d.Args[0].start-d.nameEnd > 1
	}
	if !padded || seen < 2 || strings.ContainsAny(c.doc.File.Text[c.list()[0].start:c.list()[0].end], "\t") {
		return 0
	}
	return width
}
