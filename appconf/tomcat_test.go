package appconf

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestServerXML(t *testing.T) {
	const runtime = "tomcat@10"
	file := func(text string) map[string]string {
		return one("conf/server.xml", "<?xml version='1.0' encoding='UTF-8'?>\n<Server><Service name=\"Catalina\">\n"+text+"\n</Service></Server>\n")
	}
	checkDeclarations(t, []declarationCase{
		{"attributes", runtime, file(`<Connector port="8080" address='127.0.0.1' protocol="HTTP/1.1"
  keepAliveTimeout="75000" connectionTimeout="20000" maxKeepAliveRequests="-1" acceptCount="300"
  maxConnections="1000" maxThreads="50" maxHttpHeaderSize="16384" executorTerminationTimeoutMillis="9000" />`), []string{
			`backlog 300 (conf/server.xml:4 acceptCount="300")`,
			`connections 1000 (conf/server.xml:5 maxConnections="1000")`,
			`header size 16384 (conf/server.xml:5 maxHttpHeaderSize="16384")`,
			`keepalive 1m15s (conf/server.xml:4 keepAliveTimeout="75000")`,
			"listen 127.0.0.1:8080",
			`requests per connection 0 (conf/server.xml:4 maxKeepAliveRequests="-1")`,
			`shutdown 9s (conf/server.xml:5 executorTerminationTimeoutMillis="9000")`,
			`threads 50 (conf/server.xml:5 maxThreads="50")`,
		}},
		{"falls back", runtime, file(`<Connector port="8080" connectionTimeout="20000"/>`), []string{`keepalive 20s (conf/server.xml:3 connectionTimeout="20000")`, "listen 8080"}},
		{"unit slip", runtime, file(`<Connector connectionTimeout="20"/>`), []string{`keepalive 20ms (conf/server.xml:3 connectionTimeout="20")`}},
		{"never", runtime, file(`<Connector keepAliveTimeout="-1"/>`), []string{`keepalive infinite (conf/server.xml:3 keepAliveTimeout="-1")`}},
		{"property", runtime, file(`<Connector port="${port}" keepAliveTimeout="${keep:-5000}"/>`), []string{`skip "keepAliveTimeout=\"${keep:-5000}\"": it depends on a property`}},
		{"ajp is not http", runtime, file(`<Connector port="8080" keepAliveTimeout="5000"/><Connector port="8009" protocol="AJP/1.3" keepAliveTimeout="9000"/>`), []string{
			`keepalive 5s (conf/server.xml:3 keepAliveTimeout="5000")`, "listen 8080"}},
		{"only ajp", runtime, one("server.xml", `<Server><Connector protocol="AJP/1.3"/></Server>`), []string{`skip "": no HTTP connector`}},
		{"comment", runtime, file(`<!-- <Connector port="1" keepAliveTimeout="1"/> --><Connector port="8080" keepAliveTimeout="5000"/>`), []string{
			`keepalive 5s (conf/server.xml:3 keepAliveTimeout="5000")`, "listen 8080"}},
		{"executor", runtime, file(`<Executor name="pool" maxThreads="9"/><Connector maxThreads="5" executor="pool" keepAliveTimeout="5000"/>`), []string{
			`keepalive 5s (conf/server.xml:3 keepAliveTimeout="5000")`, `threads 9 (conf/server.xml:3 maxThreads="9")`}},
		{"alike", runtime, file(`<Connector port="1" keepAliveTimeout="5000"/><Connector port="2" keepAliveTimeout="5000"/>`), []string{
			`keepalive 5s (conf/server.xml:3 keepAliveTimeout="5000")`, "listen 1", "listen 2"}},
		{"one leaves it out", runtime, file(`<Connector port="1" acceptCount="5"/><Connector port="2"/>`), []string{
			"listen 1", "listen 2", `skip "acceptCount=\"5\"": another server of the application does not set it, and which one nginx speaks to is not known`}},
		{"broken", runtime, one("server.xml", "<Server>"), []string{`skip "": not valid XML`}},
	})
	app := loadOne(t, runtime, file(`<Connector port="8080"/>`))
	if got := describe(app.KeepAlive); got != "1m0s (tomcat 10 default without connectionTimeout)" {
		t.Error(got)
	}
}

func TestConnectorOfUpstream(t *testing.T) {
	const text = `<Server><Connector port="8080" keepAliveTimeout="5000"/>
<Connector port="8081" keepAliveTimeout="90000"/><Connector port="8082"/></Server>`
	for upstream, want := range map[string]string{
		"127.0.0.1:8081": `1m30s (server.xml:2 keepAliveTimeout="90000")`,
		"127.0.0.1:8082": "1m0s (tomcat 10 default without connectionTimeout)",
		"127.0.0.1:9":    "unknown",
		"backend":        "unknown",
	} {
		app := loadOne(t, "tomcat@10", one("server.xml", text), "upstream: "+upstream)
		if diff := cmp.Diff(want, describe(app.KeepAlive)); diff != "" {
			t.Errorf("%s: %s", upstream, diff)
		}
	}
}

func TestJettyIni(t *testing.T) {
	checkDeclarations(t, []declarationCase{
		{"http.ini", "jetty@12", one("start.d/http.ini", `--module=http
# jetty.http.idleTimeout=1
jetty.http.port=8080
jetty.http.host = 127.0.0.1
jetty.http.idleTimeout=75000
jetty.http.acceptQueueSize=512
jetty.threadPool.maxThreads=90
jetty.httpConfig.requestHeaderSize=16384
`), []string{
			"backlog 512 (start.d/http.ini:6 jetty.http.acceptQueueSize=512)",
			"header size 16384 (start.d/http.ini:8 jetty.httpConfig.requestHeaderSize=16384)",
			"keepalive 1m15s (start.d/http.ini:5 jetty.http.idleTimeout=75000)",
			"listen 127.0.0.1:8080",
			"threads 90 (start.d/http.ini:7 jetty.threadPool.maxThreads=90)",
		}},
		{"not decided", "jetty@12", one("start.ini", "jetty.http.idleTimeout?=5000\njetty.http.acceptQueueSize=0\njetty.threadPool.maxThreads=${n}\njetty.server.stopTimeout=5000\n"), []string{
			`skip "jetty.http.acceptQueueSize=0": not a number that is understood`,
			`skip "jetty.http.idleTimeout?=5000": another file may set it before`,
			`skip "jetty.server.stopTimeout=5000": it counts where a handler for graceful shutdown is configured`,
			`skip "jetty.threadPool.maxThreads=${n}": it depends on a property`,
		}},
		{"xml of another kind", "jetty@12", one("web.xml", "<web-app/>"), []string{`skip "": web.xml: this kind of file is not read for jetty`}},
	})
}
