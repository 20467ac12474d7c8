package limits

import (
	"strings"

	"github.com/tunelint/tunelint/source"
)

// maxUnitLine is the length at which systemd refuses a line, continued lines
// taken together (LONG_LINE_MAX, def.h).
const maxUnitLine = 1 << 20

// byteOrderMark is dropped by systemd from the first line that starts with it.
const byteOrderMark = "\xef\xbb\xbf"

// A logicalLine is a line of a unit file with its continuations joined.
type logicalLine struct {
	text     string
	pieces   []piece
	extent   source.Span   // from the first physical line through the last, line endings included
	comments []source.Span // comment lines between continued lines, without line endings
	open     bool          // ends in a backslash at the end of the file
}

// A piece maps a part of a joined text to the file.
type piece struct{ text, file int }

// span returns where the bytes from start to end of the joined text stand.
func (l *logicalLine) span(start, end int) source.Span {
	s := source.Span{File: l.extent.File, Start: l.offset(start)}
	s.End = s.Start
	if end > start {
		s.End = l.offset(end-1) + 1
	}
	return s
}

func (l *logicalLine) offset(at int) int {
	i := len(l.pieces) - 1
	for i > 0 && l.pieces[i].text > at {
		i--
	}
	return l.pieces[i].file + at - l.pieces[i].text
}

// A lineReader cuts a unit file into logical lines as systemd does
// (conf-parser.c, config_parse; fileio.c, read_line_full).
type lineReader struct {
	file    *source.File
	at      int
	marked  bool // the byte order mark was seen
	tooLong bool // the line at `at` is longer than systemd reads
}

// next returns the next logical line; nil at the end or at a line that is too
// long.
func (r *lineReader) next() *logicalLine {
	var l *logicalLine
	var joined strings.Builder
	for r.at < len(r.file.Text) {
		start := r.at
		end, next := physicalLine(r.file.Text, start)
		if end-start >= maxUnitLine {
			r.stop(l, start)
			return nil
		}
		r.at = next
		if isComment(r.file.Text[start:end]) {
			r.comment(l, start, end)
			continue
		}
		from := r.skipMark(start, end)
		if l == nil {
			l = &logicalLine{extent: source.Span{File: r.file, Start: start}}
		}
		if joined.Len()+end-from > maxUnitLine {
			r.stop(l, start)
			return nil
		}
		l.pieces = append(l.pieces, piece{joined.Len(), from})
		l.extent.End, l.open = next, continues(r.file.Text[from:end])
		if !l.open {
			l.text = joined.String() + r.file.Text[from:end]
			return l
		}
		joined.WriteString(r.file.Text[from:end-1] + " ")
	}
	if l != nil {
		l.text, l.extent.End = joined.String(), r.at
	}
	return l
}

// stop records that systemd gives up at the line that starts at start, or at
// the one it continues.
func (r *lineReader) stop(l *logicalLine, start int) {
	r.tooLong, r.at = true, start
	if l != nil {
		r.at = l.extent.Start
	}
}

// comment notes a comment line between continued lines.
func (r *lineReader) comment(l *logicalLine, start, end int) {
	if l != nil {
		l.comments = append(l.comments, source.Span{File: r.file, Start: start, End: end})
	}
}

func (r *lineReader) skipMark(start, end int) int {
	if !r.marked && strings.HasPrefix(r.file.Text[start:end], byteOrderMark) {
		r.marked = true
		return start + len(byteOrderMark)
	}
	return start
}

// physicalLine returns where the line at start ends and where the next one
// begins. LF, CR and NUL end a line, and so does any run of them in which none
// occurs twice and NUL comes last.
func physicalLine(text string, start int) (end, next int) {
	n := strings.IndexAny(text[start:], "\n\r\x00")
	if n < 0 {
		return len(text), len(text)
	}
	end = start + n
	for next = end; next < len(text); next++ {
		seen := text[end:next]
		if strings.IndexByte("\n\r\x00", text[next]) < 0 || strings.IndexByte(seen, text[next]) >= 0 ||
			strings.HasSuffix(seen, "\x00") {
			break
		}
	}
	return end, next
}

func isComment(line string) bool {
	line = strings.TrimLeft(line, " \t")
	return strings.HasPrefix(line, "#") || strings.HasPrefix(line, ";")
}

// continues reports whether a line ends in a backslash that is not escaped.
func continues(line string) bool {
	return (len(line)-len(strings.TrimRight(line, `\`)))%2 == 1
}
