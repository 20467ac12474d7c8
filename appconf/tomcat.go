package appconf

import (
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"

	"github.com/tunelint/tunelint/source"
)

func isServerXML(r *reading, name string) bool {
	return r.family() == "tomcat" && strings.HasSuffix(name, ".xml")
}

// tomcatAttributes are the attributes of a Connector that decide something
// (webapps/docs/config/http.xml). Times are milliseconds.
var tomcatAttributes = []flag{
	{long: "keepAliveTimeout", name: "keepalive_timeout", read: readMillis},
	{long: "maxKeepAliveRequests", name: "max_requests_per_connection", read: tomcatRequests},
	{long: "acceptCount", name: "listen_backlog", read: readPositive},
	{long: "maxConnections", name: "max_connections", read: readPositive},
	{long: "maxThreads", name: "threads", read: readPositive},
	{long: "maxHttpRequestHeaderSize", name: "max_header_size", read: readPositive},
	{long: "executorTerminationTimeoutMillis", name: "shutdown_timeout", read: readMillis},
}

// tomcatIdle is how long a Connector keeps a connection that declares neither
// keepAliveTimeout nor connectionTimeout (AbstractEndpoint.java).
const tomcatIdle = 60_000 * 1e6

// tomcatRequests reads requests per connection, -1 for any number.
func tomcatRequests(s string) (int64, bool) {
	if s == "-1" {
		return 0, true
	}
	return readPositive(s)
}

// An element is one start tag with its attributes and their places.
type element struct {
	name       string
	at         source.Span
	attributes map[string]keyValue
}

// readServerXML reads the HTTP connectors.
func readServerXML(r *reading, f *source.File) {
	all, err := elements(f)
	if err != nil {
		r.giveUp(source.Span{File: f}, "not valid XML")
		return
	}
	executors := map[string]element{}
	for _, e := range all {
		if e.name == "Executor" {
			executors[e.attributes["name"].text] = e
		}
	}
	var connectors []endpoint
	for i, e := range all {
		protocol := strings.ToLower(e.attributes["protocol"].text)
		if e.name == "Connector" && !strings.Contains(protocol, "ajp") {
			c := r.connector(e, executors)
			c.declared = append(c.declared, tomcatProtocol(e, all[i+1:]))
			connectors = append(connectors, c)
		}
	}
	if len(connectors) == 0 {
		r.giveUp(source.Span{File: f}, "no HTTP connector")
	}
	r.endpoints(connectors)
}

func (r *reading) connector(e element, executors map[string]element) endpoint {
	out := endpoint{at: e.at, listen: e.address()}
	for i := range tomcatAttributes {
		f := tomcatAttributes[i]
		a, ok := e.attributes[f.long]
		switch f.name {
		case "keepalive_timeout":
			if !ok {
				a, ok = e.attributes["connectionTimeout"]
			}
			if !ok {
				out.declared = append(out.declared, declaration{name: f.name, number: tomcatIdle, text: r.runtime.Label + " default without connectionTimeout"})
			}
		case "max_header_size":
			if !ok {
				a, ok = e.attributes["maxHttpHeaderSize"]
			}
		case "threads":
			if x, shared := e.attributes["executor"]; shared {
				out.declared = append(out.declared, executorThreads(x, executors, f))
				continue
			}
		}
		if ok {
			out.declared = append(out.declared, attributeValue(f, a))
		}
	}
	return out
}

// tomcatProtocol says what a connector speaks: TLS with SSLEnabled, HTTP/2 besides
// HTTP/1 with the upgrade protocol among the tags after it. Tomcat takes HTTP/2
// with prior knowledge as well (AbstractProtocol.java).
func tomcatProtocol(e element, after []element) declaration {
	d := declaration{name: "speaks", number: int64(HTTP1), at: e.at, rank: rankFile}
	for _, x := range after {
		if x.name == "Connector" {
			break
		}
		if x.name == "UpgradeProtocol" && strings.HasSuffix(x.attributes["className"].text, ".Http2Protocol") {
			d.number, d.at = int64(HTTP1|HTTP2), x.at
		}
	}
	if tls, ok := e.attributes["SSLEnabled"]; ok && !strings.EqualFold(tls.text, "false") {
		d.number, d.at = int64(TLS), tls.at
		if !strings.EqualFold(tls.text, "true") {
			d.why = "it depends on a property"
		}
	}
	return d
}

// executorThreads reads maxThreads of the pool that a connector shares, which
// replaces its own.
func executorThreads(x keyValue, executors map[string]element, f flag) declaration {
	if a, ok := executors[x.text].attributes[f.long]; ok {
		return attributeValue(f, a)
	}
	return declaration{name: f.name, at: x.at, rank: rankFile, why: "the executor declares no maxThreads"}
}

func attributeValue(f flag, a keyValue) declaration {
	value := word{text: strings.TrimSpace(a.text)}
	if strings.Contains(value.text, "${") {
		value.why = "it depends on a property"
	}
	return optionValue(&f, value, a.at, rankFile)
}

// address returns where a Connector listens.
func (e element) address() string {
	port := readable(e.attributes["port"].text)
	host := e.attributes["address"].text
	switch {
	case port == "", strings.Contains(host, "${"):
		return ""
	case host == "":
		return port
	}
	return host + ":" + port
}

// elements returns every start tag of an XML file.
func elements(f *source.File) ([]element, error) {
	d := xml.NewDecoder(strings.NewReader(f.Text))
	d.CharsetReader = func(_ string, input io.Reader) (io.Reader, error) { return input, nil }
	var out []element
	for {
		start := int(d.InputOffset())
		token, err := d.Token()
		switch {
		case errors.Is(err, io.EOF):
			return out, nil
		case err != nil:
			return nil, err
		}
		if tag, ok := token.(xml.StartElement); ok {
			end := min(int(d.InputOffset()), len(f.Text))
			out = append(out, newElement(tag, source.Span{File: f, Start: min(start, end), End: end}))
		}
	}
}

// attributePlace matches one attribute of a tag that is valid XML.
var attributePlace = regexp.MustCompile(`([\w:.-]+)\s*=\s*(?:"[^"]*"|'[^']*')`)

func newElement(tag xml.StartElement, at source.Span) element {
	e := element{name: tag.Name.Local, at: at, attributes: map[string]keyValue{}}
	places := map[string]source.Span{}
	for _, m := range attributePlace.FindAllStringSubmatchIndex(at.Text(), -1) {
		places[at.Text()[m[2]:m[3]]] = source.Span{File: at.File, Start: at.Start + m[0], End: at.Start + m[1]}
	}
	for _, a := range tag.Attr {
		place, ok := places[a.Name.Local]
		if !ok {
			place = at
		}
		e.attributes[a.Name.Local] = keyValue{key: a.Name.Local, text: a.Value, at: place}
	}
	return e
}
