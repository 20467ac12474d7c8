package source

import (
	"io/fs"
	"sort"
	"strings"
	"sync"
)

// A File is one file as it was read. It never changes: an edited file is a new
// File. Two names that lead to the same file on disk are the same *File.
type File struct {
	// Path is the absolute, "/"-separated path on disk with symbolic links resolved.
	Path string
	// Text is the content, byte for byte. It need not be valid UTF-8.
	Text string
	// Mode holds the permission bits; zero for a file that exists in memory only.
	Mode fs.FileMode

	once  sync.Once
	lines []int // offset of the first byte of every line
}

// NewFile returns a file that exists in memory only.
func NewFile(path, text string) *File { return &File{Path: path, Text: text} }

// A Position is a place for people. Line and Column count from 1, Column in
// bytes of UTF-8; Offset counts bytes from 0.
type Position struct {
	Line   int `json:"line"`
	Column int `json:"column"`
	Offset int `json:"offset"`
}

// Position converts a byte offset, which is clamped to the file. Lines end at
// LF, as they do for nginx, the kernel's loaders and editors.
func (f *File) Position(offset int) Position {
	offset = min(max(offset, 0), len(f.Text))
	f.index()
	line := sort.SearchInts(f.lines, offset+1) - 1
	return Position{Line: line + 1, Column: offset - f.lines[line] + 1, Offset: offset}
}

// Line returns the span of a line, counted from 1, without its line ending. A
// line that does not exist gives an empty span at the end of the file.
func (f *File) Line(n int) Span {
	f.index()
	if n < 1 || n > len(f.lines) {
		return Span{f, len(f.Text), len(f.Text)}
	}
	start := f.lines[n-1]
	end := len(f.Text)
	if n < len(f.lines) {
		end = f.lines[n] - 1
	}
	if end > start && f.Text[end-1] == '\r' {
		end--
	}
	return Span{f, start, end}
}

// Lines returns the number of lines; a final line feed does not start one.
func (f *File) Lines() int {
	f.index()
	if n := len(f.lines); n > 1 && f.lines[n-1] == len(f.Text) {
		return n - 1
	}
	return len(f.lines)
}

// LineEnding returns "\r\n" when the file's first line ends so, else "\n".
func (f *File) LineEnding() string {
	if i := strings.IndexByte(f.Text, '\n'); i > 0 && f.Text[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}

func (f *File) index() {
	f.once.Do(func() {
		f.lines = make([]int, 1, 1+strings.Count(f.Text, "\n"))
		for i := 0; ; {
			n := strings.IndexByte(f.Text[i:], '\n')
			if n < 0 {
				return
			}
			i += n + 1
			f.lines = append(f.lines, i)
		}
	})
}
