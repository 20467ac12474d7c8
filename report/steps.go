package report

import (
	"io"
	"strings"
)

// Where the columns of a step stand: the name after stepIndent, what is done after
// stepNames, the result after stepResults. They leave room for a detail in 80 columns.
const (
	stepIndent  = "  "
	stepNames   = 11
	stepResults = 44
)

// Steps prints what a write does while it does it, a line a step:
//
//	before   nginx -t ....................... ok
//	write    /etc/sysctl.d/90-web.conf ...... ok   0644 root:root
//
// The nil Steps print nothing. All errors of writing are dropped: standard error is
// all there would be to say them on.
type Steps struct {
	w    io.Writer
	o    Options
	live bool
	line string // what Begin said and End has not finished; "" for none
	open bool   // whether line stands on the screen already
}

// NewSteps returns steps that print to w. With live the first half of a line appears
// when its step begins; that is for terminals.
func NewSteps(w io.Writer, o Options, live bool) *Steps { return &Steps{w: w, o: o, live: live} }

// Begin starts the line of a step. name is a word of at most eight letters, what says
// what is done: a command or a path. A line that was not ended stays as it is.
func (s *Steps) Begin(name, what string) {
	if s == nil {
		return
	}
	s.Break()
	line := pad(stepIndent+s.o.visible(name), stepNames) + s.o.visible(what)
	if dots := stepResults - columns(line) - 2; dots > 0 {
		line += " " + strings.Repeat(".", dots)
	}
	s.line = line
	if s.live {
		s.say(s.line)
		s.open = true
	}
}

// End finishes the line that Begin started with how it went, such as "ok", and a
// detail; both may be "". What does not fit the page goes to lines of its own.
func (s *Steps) End(result, detail string) {
	if s == nil || s.line == "" {
		return
	}
	result, detail = s.o.visible(result), s.o.visible(detail)
	if result == "" {
		result, detail = detail, ""
	}
	tail := strings.TrimRight(" "+pad(result, 4)+" "+detail, " ")
	if detail != "" && columns(s.line)+columns(tail) > s.o.width() {
		tail = " " + result
		for _, l := range wrap(detail, max(minimalWidth, s.o.width()-stepNames)) {
			tail += "\n" + strings.Repeat(" ", stepNames) + l
		}
	}
	if !s.open {
		tail = s.line + tail
	}
	s.say(tail + "\n")
	s.line, s.open = "", false
}

// Break ends a line that stands open on the screen, so that something else can be
// printed. End then says the whole line once more.
func (s *Steps) Break() {
	if s == nil || !s.open {
		return
	}
	s.say("\n")
	s.open = false
}

func (s *Steps) say(text string) { _, _ = io.WriteString(s.w, text) }
