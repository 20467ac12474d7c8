package report

import (
	"strconv"
	"strings"

	"github.com/tunelint/tunelint/capacity"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/spelling"
)

// standing prints how the sum stands to the limit.
func (p *page) standing(b *capacity.Budget) {
	text := standingText(b)
	style := faintStyle
	switch b.Standing() {
	case capacity.Exceeding:
		style = errorStyle
	case capacity.Risky:
		style = warningStyle
	}
	head, rest, _ := strings.Cut(p.indented(2, p.brief(text)), "\n")
	p.printf("%s\n%s", p.paint(style, head), rest)
}

// standingText says how the sum of a budget stands to its limit.
func standingText(b *capacity.Budget) string {
	sum, _ := b.Sum()
	limit := b.Limit.Figure
	number := func(n int64) string { return figure(b.Kind, source.Known(n, source.Origin{})) }
	switch b.Standing() {
	case capacity.Exceeding:
		if b.Kind == capacity.AcceptQueue {
			return "=> exceeded: the kernel cuts it to " + number(limit.Value)
		}
		if least := b.Sure(); least < sum {
			return "=> exceeded by " + number(least-limit.Value) + " at least, by " + number(sum-limit.Value) + " at most"
		}
		return "=> exceeded by " + number(sum-limit.Value)
	case capacity.Risky:
		return "=> may be exceeded, by " + number(sum-limit.Value) + " at most"
	case capacity.Fitting:
		if b.Kind == capacity.AcceptQueue {
			return "=> fits: " + number(sum) + " in force"
		}
		return "=> fits, " + headroom(sum, limit.Value) + " left"
	}
	return "=> cannot be told: " + strings.Join(untold(b), "; ")
}

// headroom is what a sum leaves of its limit.
func headroom(sum, limit int64) string {
	left := (float64(limit) - float64(sum)) / max(float64(limit), 1) * 100
	switch {
	case sum == limit:
		return "nothing"
	case left < 1:
		return "less than 1%"
	}
	return strconv.Itoa(int(left)) + "%"
}

// untold says what keeps a budget from being judged.
func untold(b *capacity.Budget) []string {
	var out []string
	if !b.Limit.Figure.Known {
		out = append(out, "the limit is not known")
	}
	n := 0
	for _, t := range b.Terms {
		if !t.Figure.Known {
			n++
		}
	}
	if n > 0 {
		out = append(out, spelling.Count(n, "figure")+" not known")
	}
	if sum, _ := b.Sum(); b.Limit.Figure.Known && sum > 0 {
		out = append(out, headroom(sum, b.Limit.Figure.Value)+" left at most")
	}
	return out
}
