package appconf

import (
	"strings"

	"github.com/tunelint/tunelint/appconf/shellwords"
	"github.com/tunelint/tunelint/appconf/syntax"
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
	{long: "acceptCount", name: "listen_backlog", read: syntax.ReadPositive},
	{long: "maxConnections", name: "max_connections", read: syntax.ReadPositive},
	{long: "maxThreads", name: "threads", read: syntax.ReadPositive},
	{long: "maxHttpRequestHeaderSize", name: "max_header_size", read: syntax.ReadPositive},
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
	return syntax.ReadPositive(s)
}

// readServerXML reads the HTTP connectors.
func readServerXML(r *reading, f *source.File) {
	all, err := syntax.Elements(f)
	if err != nil {
		r.giveUp(source.Span{File: f}, "not valid XML")
		return
	}
	executors := map[string]syntax.Element{}
	for _, e := range all {
		if e.Name == "Executor" {
			executors[e.Attributes["name"].Text] = e
		}
	}
	var connectors []endpoint
	for i, e := range all {
		protocol := strings.ToLower(e.Attributes["protocol"].Text)
		if e.Name == "Connector" && !strings.Contains(protocol, "ajp") {
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

func (r *reading) connector(e syntax.Element, executors map[string]syntax.Element) endpoint {
	out := endpoint{at: e.At, listen: connectorAddress(e)}
	for i := range tomcatAttributes {
		f := tomcatAttributes[i]
		a, ok := e.Attributes[f.long]
		switch f.name {
		case "keepalive_timeout":
			if !ok {
				a, ok = e.Attributes["connectionTimeout"]
			}
			if !ok {
				out.declared = append(out.declared, declaration{name: f.name, number: tomcatIdle, text: r.runtime.Label + " default without connectionTimeout"})
			}
		case "max_header_size":
			if !ok {
				a, ok = e.Attributes["maxHttpHeaderSize"]
			}
		case "threads":
			if x, shared := e.Attributes["executor"]; shared {
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
func tomcatProtocol(e syntax.Element, after []syntax.Element) declaration {
	d := declaration{name: "speaks", number: int64(HTTP1), at: e.At, rank: rankFile}
	for _, x := range after {
		if x.Name == "Connector" {
			break
		}
		if x.Name == "UpgradeProtocol" && strings.HasSuffix(x.Attributes["className"].Text, ".Http2Protocol") {
			d.number, d.at = int64(HTTP1|HTTP2), x.At
		}
	}
	if tls, ok := e.Attributes["SSLEnabled"]; ok && !strings.EqualFold(tls.Text, "false") {
		d.number, d.at = int64(TLS), tls.At
		if !strings.EqualFold(tls.Text, "true") {
			d.why = "it depends on a property"
		}
	}
	return d
}

// executorThreads reads maxThreads of the pool that a connector shares, which
// replaces its own.
func executorThreads(x syntax.KeyValue, executors map[string]syntax.Element, f flag) declaration {
	if a, ok := executors[x.Text].Attributes[f.long]; ok {
		return attributeValue(f, a)
	}
	return declaration{name: f.name, at: x.At, rank: rankFile, why: "the executor declares no maxThreads"}
}

func attributeValue(f flag, a syntax.KeyValue) declaration {
	value := shellwords.Word{Text: strings.TrimSpace(a.Text)}
	if strings.Contains(value.Text, "${") {
		value.Why = "it depends on a property"
	}
	return optionValue(&f, value, a.At, rankFile)
}

// connectorAddress returns where a Connector listens.
func connectorAddress(e syntax.Element) string {
	port := readable(e.Attributes["port"].Text)
	host := e.Attributes["address"].Text
	switch {
	case port == "", strings.Contains(host, "${"):
		return ""
	case host == "":
		return port
	}
	return host + ":" + port
}
