package appconf

import "testing"

const jettyHTTP = `<?xml version="1.0"?>
<!DOCTYPE Configure PUBLIC "-//Jetty//Configure//EN" "https://jetty.org/configure_10_0.dtd">
<Configure id="Server" class="org.eclipse.jetty.server.Server">
  <Call name="addConnector">
    <Arg>
      <New class="org.eclipse.jetty.server.ServerConnector">
        <Arg name="server"><Ref refid="Server"/></Arg>
        <Set name="host" property="jetty.http.host"/>
        <Set name="port"><Property name="jetty.http.port"	default="8080"/></Set>
        <Set name="idleTimeout"><Property name="jetty.http.idleTimeout"	default="65000"/></Set>
        <Set name="acceptQueueSize"> 500 </Set>
      </New>
    </Arg>
  </Call>
</Configure>
`

func TestJettyXML(t *testing.T) {
	const runtime = "jetty@12"
	connector := func(inside string) map[string]string {
		return one("jetty.xml", `<Configure><New class="org.eclipse.jetty.server.ServerConnector">`+inside+`</New></Configure>`)
	}
	checkDeclarations(t, []declarationCase{
		{"defaults of properties", runtime, one("jetty-http.xml", jettyHTTP), []string{
			`backlog 500 (jetty-http.xml:11 <Set name="acceptQueueSize"> 500 </Set>)`,
			`keepalive 1m5s (jetty-http.xml:10 <Set name="idleTimeout"><Property name="jetty.http.idleTimeout"	default="65000"/></Set>)`,
			"listen 8080"}},
		{"properties that are set", runtime, map[string]string{"jetty-http.xml": jettyHTTP, "start.d/http.ini": "--module=http\njetty.http.idleTimeout=75000\njetty.http.port=9090\njetty.http.host=127.0.0.1\n"}, []string{
			`backlog 500 (jetty-http.xml:11 <Set name="acceptQueueSize"> 500 </Set>)`,
			"keepalive 1m15s (start.d/http.ini:2 jetty.http.idleTimeout=75000)", "listen 127.0.0.1:9090"}},
		{"a property of another name", runtime, map[string]string{"jetty.xml": `<Configure><New class="x.ServerConnector"><Set name="idleTimeout"><Property name="own.idle"	default="5000"/></Set></New></Configure>`, "start.ini": "own.idle=9000\n"}, []string{"keepalive 9s (start.ini:1 own.idle=9000)"}},
		{"a property without a value", runtime, connector(`<Set name="idleTimeout" property="jetty.http.idleTimeout"/>`), nil},
		{"a value that is made of others", runtime, connector(`<Set name="idleTimeout"><Property name="a"><Default><Property name="b"/></Default></Property></Set>`), []string{
			`skip "<Set name=\"idleTimeout\"><Property name=\"a\"><Default><Property name=\"b\"/></Default></Property></Set>": a value that is made of others is not evaluated`}},
		{"a variable", runtime, connector(`<Set name="acceptQueueSize"><Env name="QUEUE"	default="300"/></Set>`), []string{
			`backlog 300 (jetty.xml:1 <Set name="acceptQueueSize"><Env name="QUEUE"	default="300"/></Set>)`}},
		{"a call", runtime, connector(`<Set name="idleTimeout"><Call name="x"/></Set>`), []string{
			`skip "<Set name=\"idleTimeout\"><Call name=\"x\"/></Set>": Call is not evaluated`}},
		{"of another object", runtime, one("jetty.xml", `<Configure><New class="x.Other"><Set name="idleTimeout">5</Set></New></Configure>`), nil},
		{"header and threads", runtime, one("jetty.xml", `<Configure><New id="httpConfig" class="org.eclipse.jetty.server.HttpConfiguration"><Set name="requestHeaderSize">16384</Set></New><New class="x.QueuedThreadPool"><Set name="maxThreads" type="int">50</Set></New></Configure>`), []string{
			`header size 16384 (jetty.xml:1 <Set name="requestHeaderSize">16384</Set>)`, `threads 50 (jetty.xml:1 <Set name="maxThreads" type="int">50</Set>)`}},
		{"two connectors", runtime, one("jetty.xml", `<Configure><New class="x.ServerConnector"><Set name="idleTimeout">5000</Set></New><New class="x.ServerConnector"/></Configure>`), []string{
			`skip "<Set name=\"idleTimeout\">5000</Set>": another server of the application does not set it, and which one nginx speaks to is not known`}},
		{"broken", runtime, one("jetty.xml", "<Configure>"), []string{`skip "": not valid XML`}},
	})
	for _, c := range []struct {
		name     string
		files    map[string]string
		upstream string
		want     string
	}{
		{"plain", one("start.ini", "--module=http\n"), "", " http1 (jetty 12 default)"},
		{"http2c", one("start.ini", "--module=http,http2c\n"), "", " http1 http2 (start.ini:1 --module=http,http2c)"},
		{"both", one("start.ini", "--module=http\n--module=https\n"), "", "unknown"},
		{"both, the plain port", one("start.ini", "--module=http\n--module=https\njetty.http.port=9090\n"), "upstream: 127.0.0.1:9090", " http1 (start.ini:1 --module=http)"},
		{"both, the port of TLS", one("start.ini", "--module=http\n--module=https\n"), "upstream: 127.0.0.1:8443", " tls (start.ini:2 --module=https)"},
		{"in XML", one("jetty.xml", `<Configure><New class="x.ServerConnector"><Arg><New class="x.SslConnectionFactory"/></Arg></New></Configure>`), "", ` tls (jetty.xml:1 <New class="x.ServerConnector"><Arg><New class="x.SslConnectionFactory"/></Arg></New>)`},
	} {
		var extra []string
		if c.upstream != "" {
			extra = append(extra, c.upstream)
		}
		app := loadOne(t, runtime, c.files, extra...)
		got := "unknown"
		if app.Speaks.Known {
			got = app.Speaks.Value.words() + describeOrigin(app.Speaks.Origin)
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
