package appconf

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"github.com/tunelint/tunelint/appconf/shellwords"
	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
)

// isJettyXML recognises jetty.xml, jetty-http.xml and the like.
func isJettyXML(r *reading, name string) bool {
	return r.family() == "jetty" && strings.HasPrefix(name, "jetty") && hasSuffix(name, ".xml")
}

// A jettyElement is one element of a file in Jetty's XML with what it holds.
type jettyElement struct {
	syntax.Element
	text     string
	children []*jettyElement
}

// jettySetters are what Set elements decide, by the class whose object they are
// set on.
var jettySetters = map[string]map[string]flag{
	"ServerConnector": {
		"idleTimeout":     {name: "keepalive_timeout", read: readJettyIdle},
		"acceptQueueSize": {name: "listen_backlog", read: syntax.ReadPositive},
	},
	"HttpConfiguration": {"requestHeaderSize": {name: "max_header_size", read: syntax.ReadPositive}},
	"QueuedThreadPool":  {"maxThreads": {name: "threads", read: syntax.ReadPositive}},
}

// readJettyXML reads the connectors, the configuration of HTTP and the threads.
func readJettyXML(r *reading, f *source.File) {
	top, err := jettyTree(f)
	if err != nil {
		r.giveUp(source.Span{File: f}, "not valid XML")
		return
	}
	var connectors []endpoint
	top.walk(0, func(e *jettyElement) {
		switch class := e.class(); class {
		case "ServerConnector":
			connectors = append(connectors, r.jettyConnector(e))
		case "HttpConfiguration", "QueuedThreadPool":
			r.declared = append(r.declared, r.jettySets(e, class)...)
		}
	})
	r.endpoints(connectors)
}

// jettyTree parses a file; the element it returns holds the outermost one.
func jettyTree(f *source.File) (*jettyElement, error) {
	d := xml.NewDecoder(strings.NewReader(f.Text))
	d.CharsetReader = func(_ string, input io.Reader) (io.Reader, error) { return input, nil }
	stack := []*jettyElement{{}}
	for {
		start := min(int(d.InputOffset()), len(f.Text))
		token, err := d.Token()
		switch {
		case errors.Is(err, io.EOF):
			return stack[0], nil
		case err != nil:
			return nil, err
		}
		inner := stack[len(stack)-1]
		switch t := token.(type) {
		case xml.StartElement:
			end := min(int(d.InputOffset()), len(f.Text))
			child := &jettyElement{Element: syntax.NewElement(t, source.Span{File: f, Start: min(start, end), End: end})}
			inner.children = append(inner.children, child)
			stack = append(stack, child)
		case xml.EndElement:
			inner.At.End = min(int(d.InputOffset()), len(f.Text))
			stack = stack[:max(len(stack)-1, 1)]
		case xml.CharData:
			inner.text += string(t)
		}
	}
}

// walk calls visit for an element and all it holds.
func (e *jettyElement) walk(depth int, visit func(*jettyElement)) {
	visit(e)
	for _, c := range e.children {
		if depth < maxDepth {
			c.walk(depth+1, visit)
		}
	}
}

// class returns the class of the object that an element makes or configures,
// without its package.
func (e *jettyElement) class() string {
	if e.Name != "New" && e.Name != "Configure" {
		return ""
	}
	name := e.Attributes["class"].Text
	return name[strings.LastIndexByte(name, '.')+1:]
}

// jettyConnector reads one connector.
func (r *reading) jettyConnector(e *jettyElement) endpoint {
	out := endpoint{at: e.At, declared: r.jettySets(e, "ServerConnector")}
	speaks := declaration{name: "speaks", number: int64(HTTP1), at: e.At, rank: rankFile}
	e.walk(0, func(inner *jettyElement) {
		switch inner.class() {
		case "HTTP2CServerConnectionFactory":
			speaks.number = int64(HTTP1 | HTTP2)
		case "SslConnectionFactory":
			speaks.number = int64(TLS)
		}
	})
	if speaks.number != int64(HTTP1) {
		out.declared = append(out.declared, speaks)
	}
	var host, port string
	for _, set := range e.children {
		value, _, ok := r.jettyText(set)
		switch name := set.Attributes["name"].Text; {
		case set.Name != "Set" || !ok || value.Why != "":
		case name == "port":
			port = readable(value.Text)
		case name == "host":
			host = value.Text
		}
	}
	if out.listen = port; host != "" && port != "" {
		out.listen = host + ":" + port
	}
	return out
}

// jettySets reads the Set elements right within an element.
func (r *reading) jettySets(e *jettyElement, class string) []declaration {
	var out []declaration
	for _, set := range e.children {
		known, ok := jettySetters[class][set.Attributes["name"].Text]
		if set.Name != "Set" || !ok {
			continue
		}
		value, at, ok := r.jettyText(set)
		if ok {
			out = append(out, optionValue(&known, value, at, rankFile))
		}
	}
	return out
}

// jettyText returns the value of a Set element and the place that decides it:
// text, or a property that an .ini file sets, or its default. Without any the
// element sets nothing.
func (r *reading) jettyText(set *jettyElement) (value shellwords.Word, at source.Span, ok bool) {
	if p, has := set.Attributes["property"]; has {
		if v, declared := r.jettyValues[p.Text]; declared {
			return shellwords.Word{Text: v.Text, Why: v.Why}, v.At, true
		}
		return shellwords.Word{}, set.At, false
	}
	if len(set.children) == 0 {
		return shellwords.Word{Text: strings.TrimSpace(set.text)}, set.At, true
	}
	if len(set.children) > 1 || strings.TrimSpace(set.text) != "" {
		return shellwords.Word{Why: "not a single value"}, set.At, true
	}
	return r.jettyProperty(set, set.children[0])
}

// jettyProperty returns the value of a Property, SystemProperty or Env element.
func (r *reading) jettyProperty(set, p *jettyElement) (value shellwords.Word, at source.Span, ok bool) {
	name, fallback, hasDefault := p.Attributes["name"].Text, p.Attributes["default"].Text, false
	_, hasDefault = p.Attributes["default"]
	switch {
	case len(p.children) > 0:
		return shellwords.Word{Why: "a value that is made of others is not evaluated"}, set.At, true
	case p.Name == "Env":
		if v, known := r.env[name]; known {
			return shellwords.Word{Text: v.Text, Why: v.Why}, v.At, true
		}
	case p.Name == "Property" || p.Name == "SystemProperty":
		if v, known := r.jettyValues[name]; known {
			return shellwords.Word{Text: v.Text, Why: v.Why}, v.At, true
		}
	default:
		return shellwords.Word{Why: p.Name + " is not evaluated"}, set.At, true
	}
	return shellwords.Word{Text: fallback}, set.At, hasDefault
}
