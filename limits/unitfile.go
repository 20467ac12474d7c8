package limits

import (
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/tunelint/tunelint/source"
)

// A UnitFile is one file in systemd's syntax: a unit, a drop-in, or system.conf.
type UnitFile struct {
	File *source.File
	// Assignments holds every line that assigns or tries to, in file order, up
	// to Err.
	Assignments []*Assignment
	// Err says where and why systemd stops reading; nil if it reads the whole
	// file. It does not load a unit whose main file has such a place; of a
	// drop-in it keeps what stands before.
	Err *source.Error
	// Template is set when template tags decide which lines the file has.
	Template bool
	// Skips holds the places that were not evaluated, with the reason.
	Skips []source.Skip

	headers []header
	end     int  // systemd reads up to here
	open    bool // the last line ends in a backslash
}

type header struct {
	name   string
	extent source.Span
}

// An Assignment is one KEY=VALUE line.
type Assignment struct {
	// Section is the name between the brackets, "" before the first header.
	Section, Key, Value string
	// Span covers key and value. ValueSpan of an empty value is the empty place
	// after "=".
	Span, KeySpan, ValueSpan source.Span
	// Broken says why systemd drops the line; "" if it does not. Values are
	// checked for resource limits and for MemoryMax and MemoryHigh, names only
	// as far as they are miswritten names of those.
	Broken string
	// Template marks a line whose value or presence a template decides.
	Template bool

	in     *UnitFile
	line   *logicalLine
	noSign bool // the "=" is missing
}

// ParseUnit reads a file in systemd's syntax. It never fails: what systemd
// would drop is an assignment that says so, and what makes it give up is Err.
func ParseUnit(f *source.File) *UnitFile {
	u := &UnitFile{File: f, end: len(f.Text)}
	known := sections(f.Path)
	r := &lineReader{file: f}
	section, ignored := "", "assignment outside of a section"
	for u.Err == nil {
		l := r.next()
		if l == nil {
			break
		}
		u.open = l.open
		start, end := trim(l.text)
		text := l.text[start:end]
		switch {
		case text == "":
		case !validText(text):
			u.fail(l, "not valid UTF-8")
		case isControl(text):
			u.conditional(l.span(start, end))
		case text[0] == '[':
			if section, ignored = u.header(l, text, known); ignored == "" && u.Err == nil {
				u.headers = append(u.headers, header{section, l.extent})
			}
		default:
			u.assign(l, section, ignored)
		}
	}
	if r.tooLong {
		u.fail(&logicalLine{extent: source.Span{File: f, Start: r.at, End: r.at}}, "line longer than 1 MiB")
	}
	u.finish()
	return u
}

// fail records the place from which on systemd does not read the file.
func (u *UnitFile) fail(l *logicalLine, message string) {
	at := l.extent
	if start, end := trim(l.text); end > start {
		at = l.span(start, end)
	}
	u.Err = &source.Error{Span: at, Message: message}
	u.end, u.open = l.extent.Start, false
}

// conditional records a place whose expansion decides which lines there are.
func (u *UnitFile) conditional(s source.Span) {
	u.Template = true
	u.Skips = append(u.Skips, source.Skip{Span: s, Why: whyConditional})
}

// header reads a section header; ignored says why what follows is dropped.
func (u *UnitFile) header(l *logicalLine, text string, known []string) (section, ignored string) {
	section = strings.TrimSuffix(text[1:], "]")
	switch {
	case !strings.HasSuffix(text, "]"):
		u.fail(l, "section header without ] at its end")
	case strings.ContainsFunc(section, func(c rune) bool { return c < ' ' || strings.ContainsRune("\"'\\\x7f", c) }):
		u.fail(l, "bad characters in section header")
	case strings.HasPrefix(section, "X-"):
		return section, "section [" + section + "] is left to others"
	case hasTag(section):
		u.conditional(l.span(trim(l.text)))
	case !slices.Contains(known, section):
		return section, "unknown section [" + section + "]"
	}
	return section, ""
}

// assign adds the assignment on a line that is not blank.
func (u *UnitFile) assign(l *logicalLine, section, ignored string) {
	start, end := trim(l.text)
	a := &Assignment{Section: section, Broken: ignored, Span: l.span(start, end), in: u, line: l}
	sign := strings.IndexByte(l.text[:end], '=')
	keyEnd, valueStart := sign, sign+1
	if sign < 0 {
		keyEnd = start + strings.IndexAny(l.text[start:end]+" ", " \t:")
		valueStart = keyEnd + len(l.text[keyEnd:end]) - len(strings.TrimLeft(l.text[keyEnd:end], " \t:"))
		a.noSign = true
	}
	_, keyLen := trim(l.text[start:keyEnd])
	a.Key, a.KeySpan = l.text[start:start+keyLen], l.span(start, start+keyLen)
	from, to := trim(l.text[valueStart:end])
	a.Value, a.ValueSpan = l.text[valueStart+from:valueStart+to], l.span(valueStart+from, valueStart+to)
	if a.Value == "" {
		s := l.span(valueStart-1, valueStart)
		a.ValueSpan = source.Span{File: s.File, Start: s.End, End: s.End}
	}
	u.Assignments = append(u.Assignments, a)
	a.judge()
}

// judge finds out whether systemd drops the assignment.
func (a *Assignment) judge() {
	a.Template = isChecked(a.Key) && hasTag(a.Value)
	switch {
	case hasTag(a.Key):
		a.in.conditional(a.Span)
	case a.Template:
		a.in.Skips = append(a.in.Skips, source.Skip{Span: a.Span, Why: whyTemplate})
	case a.Broken != "":
	case a.noSign:
		a.Broken = "missing ="
	case a.Key == "":
		a.Broken = "missing key name before ="
	default:
		a.Broken = checkKey(a.Section, a.Key)
		if a.Broken == "" {
			a.Broken = checkValue(a.Key, a.Value)
		}
	}
}

// finish marks every assignment of a file whose lines a template decides.
func (u *UnitFile) finish() {
	if !u.Template {
		return
	}
	for _, a := range u.Assignments {
		a.Template, a.Broken = true, ""
	}
}

// subject names what the file configures: "nginx.service", "system.conf".
func (u *UnitFile) subject() string { return subject(u.File.Path) }

func subject(name string) string {
	if dir, ok := strings.CutSuffix(path.Base(path.Dir(name)), ".d"); ok {
		return dir
	}
	return path.Base(name)
}

// sections returns the sections that systemd reads in a file of this path;
// those of every kind of file where the path does not tell.
func sections(name string) []string {
	kinds := []string{"Service", "Socket", "Mount", "Automount", "Swap", "Path", "Timer", "Slice", "Scope"}
	switch s := subject(name); strings.TrimPrefix(path.Ext("."+s), ".") {
	case "conf":
		if s == "system.conf" || s == "user.conf" {
			return []string{"Manager"}
		}
	case "target", "device":
		return []string{"Unit", "Install"}
	default:
		for _, k := range kinds {
			if strings.EqualFold(k, path.Ext("." + s)[1:]) {
				return []string{"Unit", "Install", k}
			}
		}
	}
	return append(kinds, "Unit", "Install", "Manager")
}

// trim returns the bounds of s without the blanks around it.
func trim(s string) (start, end int) {
	end = len(strings.TrimRight(s, " \t\n\r"))
	return end - len(strings.TrimLeft(s[:end], " \t\n\r")), end
}

// validText is systemd's utf8_is_valid, which refuses noncharacters too
// (utf8.c, unichar_is_valid).
func validText(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(c rune) bool {
		return c >= 0xfdd0 && c <= 0xfdef || c&0xfffe == 0xfffe
	})
}
