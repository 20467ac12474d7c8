package report

import (
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// A Picture is what "tunelint show" draws of hosts: as text, or as a document of
// version 1 whose keys are only ever added to.
type Picture interface {
	text(p *page)
	document(o Options) jsonPicture
}

// jsonPicture is what all pictures have in common, and what each has of its own.
type jsonPicture struct {
	Version   int             `json:"version"`
	Tool      jsonTool        `json:"tool"`
	Show      string          `json:"show"`
	Directive string          `json:"directive,omitempty"`
	Key       string          `json:"key,omitempty"`   // of the kernel
	Limit     string          `json:"limit,omitempty"` // of a service
	URL       string          `json:"url,omitempty"`
	Hosts     []jsonShownHost `json:"hosts"`
}

// A jsonShownHost is one host in a picture: of Values, File, Files, Ways, Chains,
// Setting, Limit and Budgets only the one that the picture shows is there.
type jsonShownHost struct {
	jsonHost
	Absent string       `json:"absent,omitempty"` // why nginx does not have the directive
	Values []jsonValue  `json:"values,omitempty"`
	File   *jsonReading `json:"file,omitempty"`
	Files  []jsonPart   `json:"files,omitempty"`
	Why    string       `json:"why,omitempty"` // no server takes the URL
	Ways   []jsonWay    `json:"ways,omitempty"`
	Chains []jsonChain  `json:"chains,omitempty"`

	Setting *jsonSetting `json:"setting,omitempty"`
	Limit   *jsonLimit   `json:"limit,omitempty"`

	// Budgets and the keys of tunelint.yaml that they lack.
	Budgets    []jsonBudget `json:"budgets,omitempty"`
	Undeclared []string     `json:"undeclared,omitempty"`
}

// Show writes a picture in a format: text, json, or, for [Chains], svg. It fails
// only when writing does.
func Show(w io.Writer, picture Picture, format string, o Options) error {
	if format == "json" {
		return encode(w, picture.document(o))
	}
	if chains, ok := picture.(Chains); ok && format == "svg" {
		return write(w, chains.svg(o))
	}
	p := &page{Options: o}
	picture.text(p)
	return p.write(w)
}

// ShowFormats are the formats of every picture, the default first.
func ShowFormats() []string { return []string{"text", "json"} }

func (o Options) newPicture(show string) jsonPicture {
	return jsonPicture{Version: 1, Tool: jsonTool{"tunelint", o.Version}, Show: show, Hosts: []jsonShownHost{}}
}

func shownHost(h *host.Host) jsonShownHost {
	return jsonShownHost{jsonHost: jsonHostOf(lint.HostReport{Name: h.Name, Facts: lint.FactsOf(h)})}
}

// hostLine heads what is shown of a host, with the version that its nginx is
// judged by.
func (p *page) hostLine(h *host.Host, what string) { p.headLine(h, what, "nginx") }

// headLine heads what is shown of a host, with the facts that count there.
func (p *page) headLine(h *host.Host, what string, facts ...string) {
	p.printf("%s  %s\n", p.paint(strongStyle, p.visible(h.Name)), p.visible(what))
	for _, f := range lint.FactsOf(h) {
		if slices.Contains(facts, f.Name) {
			p.printf("%s\n", p.paint(faintStyle, p.visible(factText(f))))
		}
	}
}

// A jsonPlace is a directive or a block where it stands.
type jsonPlace struct {
	Text  string          `json:"text"`
	Path  string          `json:"path"`
	Start source.Position `json:"start"`
	End   source.Position `json:"end"`
}

func (o Options) jsonPlace(d *nginxconf.Directive) jsonPlace {
	s := clamped(d.HeadSpan())
	return jsonPlace{statement(d), o.path(s.File.Path), s.Position(), s.File.Position(s.End)}
}

// statement is a directive as text: its words, and how many entries its block
// has where it is one of values, such as types.
func statement(d *nginxconf.Directive) string {
	text := d.Name
	if args := d.ArgText(); args != "" {
		text += " " + args
	}
	switch {
	case d.Block == nil:
	case d.Block.Code:
		text += " { code }"
	default:
		text += fmt.Sprintf(" { %s }", entries(len(d.Block.Directives)))
	}
	return text
}

func entries(n int) string {
	if n == 1 {
		return "1 entry"
	}
	return strconv.Itoa(n) + " entries"
}
