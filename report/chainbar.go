package report

import (
	"slices"
	"strings"
	"time"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/nginxconf"
)

// ladderTitle says what a ladder compares and which order is right.
func ladderTitle(c *host.Chain, l host.Ladder) (name, order string) {
	to := "nginx"
	if len(c.Places) == 0 && len(c.Apps) > 0 {
		to = c.Apps[0].Name
	}
	switch l.Kind {
	case host.AnswerLadder:
		return "answer", "each should wait longer than those below it"
	case host.ClientIdleLadder:
		return "idle", "connections to " + to + ": who opens them should let go first"
	}
	return "idle", "connections from nginx to " + c.Routes[0].Target() + ": nginx should let go first"
}

// hopValue is the time of a hop in words.
func hopValue(h host.Hop) string {
	switch {
	case !h.Time.Known && h.Why == "":
		return "not evaluated"
	case !h.Time.Known:
		return h.Why
	case h.Unlimited():
		return "none"
	}
	return nginxconf.FormatTime(h.Time.Value)
}

// hopOrigin says what decides a hop, and what the number alone does not.
func (o Options) hopOrigin(h host.Hop) []string {
	var out []string
	switch at := h.Time.Origin; {
	case at.Span.IsValid():
		out = append(out, o.place(at.Span))
	case at.Assumed:
		out = append(out, o.brief(at.Default+", assumed"))
	case at.Default != "":
		out = append(out, o.brief(at.Default))
	}
	if h.Note != "" {
		out = append(out, o.brief(h.Note))
	}
	return out
}

// scaleOf returns the longest finite time of a ladder, which its bars are scaled to.
func scaleOf(l host.Ladder) time.Duration {
	var longest time.Duration
	for _, h := range l.Hops {
		if h.Time.Known && !h.Unlimited() {
			longest = max(longest, h.Time.Value)
		}
	}
	return longest
}

// steps are the distances that marks of an axis may have.
var steps = []time.Duration{
	time.Millisecond, 2 * time.Millisecond, 5 * time.Millisecond, 10 * time.Millisecond, 25 * time.Millisecond, 50 * time.Millisecond,
	100 * time.Millisecond, 250 * time.Millisecond, 500 * time.Millisecond,
	time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 20 * time.Second, 30 * time.Second,
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour, 7 * 24 * time.Hour, 30 * 24 * time.Hour, 365 * 24 * time.Hour,
}

// ticks returns the times that an axis names, at most four besides zero.
func ticks(scale time.Duration) []time.Duration {
	if scale <= 0 {
		return nil
	}
	i := slices.IndexFunc(steps, func(d time.Duration) bool { return scale/d <= 4 })
	if i < 0 {
		return []time.Duration{0, scale}
	}
	var out []time.Duration
	for t := time.Duration(0); t <= scale; t += steps[i] {
		out = append(out, t)
	}
	return out
}

// share returns which part of n a time is of the scale, rounded.
func share(t, scale time.Duration, n int) int {
	if scale <= 0 {
		return 0
	}
	return int(float64(n)*(float64(t)/float64(scale)) + 0.5)
}

// Figures of a ladder as text: where it starts, and the longest name of a party.
const (
	ladderIndent = 4
	longestWho   = 16
)

// barWidth is how many columns bars have.
func (p *page) barWidth() int { return min(max((p.width()-40)/2, 8), 60) }

// ladder draws one ladder.
func (p *page) ladder(c *host.Chain, l host.Ladder, marks []chainMark) {
	name, order := ladderTitle(c, l)
	p.fact(name, p.brief(order))
	who, value := 0, 0
	for _, h := range l.Hops {
		who = max(who, min(columns(p.brief(h.Who)), longestWho))
		if h.Time.Known {
			value = max(value, columns(hopValue(h)))
		}
	}
	scale := scaleOf(l)
	if axis := p.axis(scale); axis != "" {
		p.printf("%s%s\n", strings.Repeat(" ", ladderIndent+who+1), p.paint(faintStyle, axis))
	}
	for i, h := range l.Hops {
		p.hop(h, who, value, scale, marksAt(marks, i))
	}
	for _, m := range marks {
		p.mark(m)
	}
}

// axis names times above the bars.
func (p *page) axis(scale time.Duration) string {
	line := ""
	for _, t := range ticks(scale) {
		column := share(t, scale, p.barWidth()-2)
		if t > 0 {
			column++
		}
		label := nginxconf.FormatTime(t)
		if t == 0 {
			label = "0"
		}
		if column > columns(line) || line == "" {
			line = pad(line, column) + label
		}
	}
	return line
}

// hop draws the bar of one party with what decides it beside or below.
func (p *page) hop(h host.Hop, who, value int, scale time.Duration, marks []chainMark) {
	bar, room := p.bar(h, scale), p.barWidth()
	name := p.brief(h.Who)
	if columns(name) > who {
		name, _ = split(name, who-1)
		name += "~"
	}
	line := strings.Repeat(" ", ladderIndent) + pad(name, who) + " " + p.paint(otherStyle, bar)
	used := columns(bar)
	if len(marks) > 0 {
		line += " " + p.paint(styleOf(marks[0].finding.Severity), "X")
		used += 2
	}
	line += strings.Repeat(" ", max(room+2-used, 0)) + " "
	indent := ladderIndent + who + 1 + room + 3
	for i, text := range p.beside(h, value, max(p.width()-indent, minimalWidth)) {
		if i > 0 {
			line = strings.Repeat(" ", indent)
		}
		p.printf("%s%s\n", line, text)
	}
}

// bar is a time as a bar; "?" where it is not known.
func (p *page) bar(h host.Hop, scale time.Duration) string {
	room, line := p.barWidth()-2, "="
	if h.Heartbeat {
		line = "."
	}
	switch {
	case !h.Time.Known:
		return "?"
	case h.Unlimited():
		return "|" + strings.Repeat(line, room) + ">"
	}
	if h.Time.Value == 0 {
		return "|"
	}
	return "|" + strings.Repeat(line, max(share(h.Time.Value, scale, room), 1)) + "|"
}

// beside are the lines of text to the right of a bar: value, setting and origin
// in one line where they fit, else each on its own.
func (p *page) beside(h host.Hop, value, room int) []string {
	parts := []string{}
	if h.Name != "" {
		parts = append(parts, p.brief(h.Name))
	}
	parts = append(parts, p.hopOrigin(h)...)
	first := ""
	if h.Time.Known {
		first = pad(hopValue(h), value) + "  "
		room -= columns(first)
	} else {
		parts = append([]string{p.brief(hopValue(h))}, parts...)
	}
	var lines []string
	for _, part := range parts {
		for i, l := range wrap(part, max(room, minimalWidth)) {
			if n := len(lines) - 1; i == 0 && n >= 0 && columns(lines[n])+2+columns(part) <= room {
				lines[n] += "  " + part
				break
			}
			lines = append(lines, l)
		}
	}
	for i := range lines {
		if i == 0 {
			lines[i] = first + lines[i]
		} else {
			lines[i] = strings.Repeat(" ", columns(first)) + lines[i]
		}
	}
	return lines
}

// mark says what is wrong with the order, as the rule does.
func (p *page) mark(m chainMark) {
	head := "X " + m.finding.Severity.String() + "[" + m.finding.Rule.Name + "]: "
	indent := strings.Repeat(" ", ladderIndent)
	for i, line := range wrap(head+p.brief(m.finding.Message), max(p.width()-ladderIndent-2, minimalWidth)) {
		if i == 0 {
			line = p.paint(styleOf(m.finding.Severity), line[:min(len(head)-1, len(line))]) + line[min(len(head)-1, len(line)):]
		} else {
			line = "  " + line
		}
		p.printf("%s%s\n", indent, line)
	}
}
