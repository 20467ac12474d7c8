package report

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
)

// The measures of the picture in pixels. Letters are counted as if each were as
// wide as in a monospaced font, which the picture asks for.
const (
	svgWidth   = 1000
	svgMargin  = 24
	svgLine    = 18
	svgLetter  = 7.3 // of 12 px
	svgBarLeft = 168
	svgBarSpan = 380
	svgBeside  = svgBarLeft + svgBarSpan + 40
)

// The colours: dark text on white, and bars that differ in lightness too.
const (
	svgInk    = "#1f2328"
	svgFaint  = "#59636e"
	svgRule   = "#d1d9e0"
	svgBar    = "#9ec5e8"
	svgEdge   = "#2f6ca3"
	svgError  = "#b3261e"
	svgNotice = "#8a5a00"
)

// A drawing is a picture under construction, from top to bottom.
type drawing struct {
	Options
	body bytes.Buffer
	y    int
}

// svg draws the chains as one picture on its own: no script, no font or file from
// elsewhere, a light background. The same chains give the same bytes.
func (c Chains) svg(o Options) []byte {
	d := &drawing{Options: o, y: svgMargin}
	for i, h := range c.Hosts {
		if i > 0 {
			d.rule()
		}
		m := newMarker(h.Host, c.Findings)
		d.text(svgMargin, svgInk, "bold", o.visible(h.Host.Name)+": "+o.brief(c.headline(h)))
		for _, f := range lint.FactsOf(h.Host) {
			if f.Name == "nginx" {
				d.text(svgMargin, svgFaint, "", o.visible(factText(f)))
			}
		}
		if h.Why != "" {
			d.text(svgMargin, svgInk, "", o.brief(h.Why))
		}
		for _, w := range h.Ways {
			d.facts(o.wayFacts(w))
			for _, chain := range w.Chains {
				d.chain(chain, m.marks(chain))
			}
		}
		for _, chain := range h.Chains {
			d.y += svgLine / 2
			d.text(svgMargin, svgInk, "bold", o.brief(strings.Join(parties(chain), " > ")))
			d.facts(o.placeFacts(chain))
			d.chain(chain, m.marks(chain))
		}
	}
	title := "times from the balancer to the application"
	if c.URL != "" {
		title += ": " + o.brief(c.URL)
	}
	return d.done(title)
}

// done puts the frame around the picture.
func (d *drawing) done(title string) []byte {
	var out bytes.Buffer
	height := d.y + svgMargin
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="12">`+"\n",
		svgWidth, height, svgWidth, height)
	fmt.Fprintf(&out, "<title>%s</title>\n<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n", escapeXML(title), svgWidth, height)
	out.Write(d.body.Bytes())
	out.WriteString("</svg>\n")
	return out.Bytes()
}

// put writes one line of text with its baseline on the current line.
func (d *drawing) put(x int, colour, weight, text string) {
	if weight != "" {
		weight = ` font-weight="` + weight + `"`
	}
	fmt.Fprintf(&d.body, `<text x="%d" y="%d" fill="%s"%s xml:space="preserve">%s</text>`+"\n", x, d.y+13, colour, weight, escapeXML(text))
}

func escapeXML(text string) string {
	var b strings.Builder
	if err := xml.EscapeText(&b, []byte(text)); err != nil {
		return "" // a Builder takes everything
	}
	return b.String()
}

// text writes lines of text, broken where they do not fit, and moves below them.
func (d *drawing) text(x int, colour, weight, text string) {
	for _, line := range wrap(text, letters(svgWidth-svgMargin-x)) {
		d.put(x, colour, weight, line)
		d.y += svgLine
	}
}

// letters is how many letters fit into a width.
func letters(width int) int { return int(float64(width) / svgLetter) }

func (d *drawing) rule() {
	d.y += svgLine / 2
	fmt.Fprintf(&d.body, `<line x1="%d" y1="%d" x2="%d" y2="%d" stroke="%s"/>`+"\n", svgMargin, d.y, svgWidth-svgMargin, d.y, svgRule)
	d.y += svgLine / 2
}

func (d *drawing) facts(list []keyedFact) {
	for _, f := range list {
		d.put(svgMargin, svgFaint, "", f.key)
		d.text(svgMargin+90, svgInk, "", f.text)
	}
}

func (d *drawing) chain(c *host.Chain, marks []chainMark) {
	d.facts(d.chainFacts(c))
	for i, l := range c.Ladders {
		d.y += svgLine / 2
		d.ladder(c, l, marksIn(marks, i))
	}
}

// ladder draws the bars of one ladder below an axis.
func (d *drawing) ladder(c *host.Chain, l host.Ladder, marks []chainMark) {
	name, order := ladderTitle(c, l)
	d.put(svgMargin, svgInk, "bold", name)
	d.text(svgMargin+90, svgFaint, "", d.brief(order))
	scale := scaleOf(l)
	top := d.y
	d.axis(scale)
	bars := d.y
	var rows drawing
	rows.Options, rows.y = d.Options, d.y
	for i, h := range l.Hops {
		rows.hop(h, scale, marksAt(marks, i))
	}
	for _, t := range ticks(scale) {
		x := svgBarLeft + share(t, scale, svgBarSpan)
		fmt.Fprintf(&d.body, `<line x1="%d" y1="%d" x2="%d" y2="%d" stroke="%s"/>`+"\n", x, bars, x, rows.y, svgRule)
	}
	d.body.Write(rows.body.Bytes())
	if d.y = rows.y; bars == top {
		d.y += svgLine / 4
	}
	for _, m := range marks {
		d.text(svgMargin+8, markColour(m), "", "X "+m.finding.Severity.String()+"["+m.finding.Rule.Name+"]: "+d.brief(m.finding.Message))
	}
}

// axis names times above the bars.
func (d *drawing) axis(scale time.Duration) {
	list := ticks(scale)
	for _, t := range list {
		label := nginxconf.FormatTime(t)
		if t == 0 {
			label = "0"
		}
		d.put(svgBarLeft+share(t, scale, svgBarSpan)-int(svgLetter*float64(len(label))/2), svgFaint, "", label)
	}
	if len(list) > 0 {
		d.y += svgLine
	}
}

// hop draws one bar with its party to the left and what decides it to the right.
func (d *drawing) hop(h host.Hop, scale time.Duration, marks []chainMark) {
	who := d.brief(h.Who)
	if room := letters(svgBarLeft - svgMargin - 16); columns(who) > room {
		who, _ = split(who, room-1)
		who += "~"
	}
	d.put(svgMargin+8, svgInk, "", who)
	end := d.bar(h, scale)
	if len(marks) > 0 {
		d.put(end+8, markColour(marks[0]), "bold", "X")
	}
	value := hopValue(h)
	if !h.Time.Known {
		value = "?"
	}
	d.put(svgBeside, svgInk, "bold", value)
	x := svgBeside + int(svgLetter*float64(max(columns(value), 5)+1))
	text := d.brief(h.Name)
	if !h.Time.Known {
		text = strings.TrimPrefix(text+": "+d.brief(hopValue(h)), ": ")
	}
	d.text(x, svgInk, "", text)
	for _, more := range d.hopOrigin(h) {
		d.text(x, svgFaint, "", more)
	}
}

// bar draws a time and returns where it ends.
func (d *drawing) bar(h host.Hop, scale time.Duration) int {
	width, dash := svgBarSpan+12, ""
	switch {
	case !h.Time.Known:
		return svgBarLeft
	case !h.Unlimited():
		width = max(share(h.Time.Value, scale, svgBarSpan), 2)
	}
	fill := svgBar
	if h.Heartbeat {
		fill, dash = "#ffffff", ` stroke-dasharray="3 3"`
	}
	y := d.y + 3
	if h.Unlimited() {
		fmt.Fprintf(&d.body, `<path d="M%d %dh%dl8 6l-8 6h-%dz" fill="%s" stroke="%s"/>`+"\n", svgBarLeft, y, width, width, fill, svgEdge)
		return svgBarLeft + width + 8
	}
	fmt.Fprintf(&d.body, `<rect x="%d" y="%d" width="%s" height="12" fill="%s" stroke="%s"%s/>`+"\n", svgBarLeft, y, strconv.Itoa(width), fill, svgEdge, dash)
	return svgBarLeft + width
}

func markColour(m chainMark) string {
	if styleOf(m.finding.Severity) == errorStyle {
		return svgError
	}
	return svgNotice
}
