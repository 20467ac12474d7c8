package appconf

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/appconf/preset"
)

// words names a set of protocols.
func (p Protocol) words() string {
	out := ""
	for _, w := range []string{"http1", "http2", "tls", "fastcgi", "uwsgi"} {
		if p&protocolWords[w] != 0 {
			out += " " + w
		}
	}
	return out
}

func TestSpeaks(t *testing.T) {
	web := func(command string) map[string]string { return one("Procfile", "web: "+command+"\n") }
	const goHead = "package main\nimport (\"net/http\"; \"golang.org/x/net/http2/h2c\"; \"google.golang.org/grpc\")\n"
	for _, c := range []struct {
		name, runtime string
		files         map[string]string
		extra         string
		want          string
	}{
		{"uvicorn", "uvicorn@0.30", web("uvicorn a:a"), "", " http1 (uvicorn 0.30 default)"},
		{"uvicorn with a key", "uvicorn@0.30", web("uvicorn a:a --ssl-keyfile k.pem --ssl-certfile c.pem"), "", " tls (Procfile:1 --ssl-certfile c.pem)"},
		{"uvicorn with a variable", "uvicorn@0.30", one("compose.yml", "services: {api: {environment: {UVICORN_SSL_CERTFILE: c.pem}, command: uvicorn a:a}}\n"), "", " tls (compose.yml:1 UVICORN_SSL_CERTFILE: c.pem)"},
		{"uvicorn with an unknown key", "uvicorn@0.30", web("uvicorn a:a --ssl-keyfile $KEY"), "", "unknown"},
		{"uvicorn with HTTP/2", "uvicorn@0.54", web("uvicorn a:a --http zttp --http2"), "", " http1 http2 (Procfile:1 --http2)"},
		{"uvicorn with HTTP/2 and another implementation", "uvicorn@0.54", web("uvicorn a:a --http2"), "", "unknown"},
		{"uvicorn by another program", "uvicorn@0.30", web("fastapi run"), "", "unknown"},
		{"hypercorn", "hypercorn@0.17", web("hypercorn a:a"), "", " http1 http2 (hypercorn 0.17 default)"},
		{"hypercorn with a certificate", "hypercorn@0.17", web("hypercorn --certfile c --keyfile k a:a"), "", " tls (Procfile:1 --keyfile k)"},
		{"hypercorn with both", "hypercorn@0.17", web("hypercorn --certfile c --keyfile k --insecure-bind :80 a:a"), "", "unknown"},
		{"granian", "granian@2", web("granian a:a"), "", " http1 http2 (granian 2 default)"},
		{"granian with HTTP/1", "granian@2", web("granian --http 1 a:a"), "", " http1 (Procfile:1 --http 1)"},
		{"granian with HTTP/2", "granian@2", one("compose.yml", "services: {api: {environment: {GRANIAN_HTTP: 2}, command: granian a:a}}\n"), "", " http2 (compose.yml:1 GRANIAN_HTTP: 2)"},
		{"granian with TLS", "granian@2", web("granian --ssl-certificate c --ssl-keyfile k a:a"), "", " tls (Procfile:1 --ssl-keyfile k)"},
		{"daphne's endpoint", "daphne@4", web("daphne -e ssl:443 a:a"), "", "unknown"},
		{"waitress", "waitress@3", web("waitress-serve a:a"), "", " http1 (waitress 3 default)"},

		{"gunicorn", "gunicorn@23", web("gunicorn a"), "", " http1 (gunicorn 23 (sync worker) default)"},
		{"gunicorn with uwsgi", "gunicorn@25", web("gunicorn --protocol uwsgi a"), "", " uwsgi (Procfile:1 --protocol uwsgi)"},
		{"gunicorn with uwsgi and a worker that knows none", "gunicorn@25", web("gunicorn -k uvicorn.workers.UvicornWorker --protocol uwsgi a"), "", " http1 (gunicorn 25 (uvicorn worker) default)"},
		{"gunicorn with a certificate", "gunicorn@23", one("gunicorn.conf.py", "certfile = '/c.pem'\n"), "", " tls (gunicorn.conf.py:1 certfile = '/c.pem')"},
		{"gunicorn with a certificate of the environment", "gunicorn@23", one("gunicorn.conf.py", "certfile = os.environ['C']\n"), "", "unknown"},
		{"gunicorn with HTTP/2 alone", "gunicorn@26.2", web("gunicorn --http2-cleartext prior-knowledge --http-protocols h2,h1 a"), "", " http2 (Procfile:1 --http2-cleartext prior-knowledge)"},
		{"gunicorn with both", "gunicorn@26.2", web("gunicorn --http2-cleartext both --http-protocols h2,h1 a"), "", " http1 http2 (Procfile:1 --http2-cleartext both)"},
		{"gunicorn without h2", "gunicorn@26.2", web("gunicorn --http2-cleartext both a"), "", " http1 (Procfile:1 --http2-cleartext both)"},
		{"gunicorn with an own worker", "gunicorn@23", web("gunicorn -k own.Worker a"), "", "unknown"},
		{"gunicorn with an unread file", "gunicorn@23", web("gunicorn -c other.py a"), "", "unknown"},

		{"uwsgi", "uwsgi@2", one("uwsgi.ini", "[uwsgi]\nsocket = :3031\n"), "", " uwsgi (uwsgi.ini:2 socket = :3031)"},
		{"uwsgi over HTTP", "uwsgi@2", web("uwsgi --http-socket :8000"), "", " http1 (Procfile:1 --http-socket :8000)"},
		{"uwsgi over FastCGI", "uwsgi@2", web("uwsgi --fastcgi-socket /run/a.sock"), "", " fastcgi (Procfile:1 --fastcgi-socket /run/a.sock)"},
		{"uwsgi with another plain protocol", "uwsgi@2", one("uwsgi.ini", "[uwsgi]\nsocket = :3031\nprotocol = http\n"), "", " http1 (uwsgi.ini:2 socket = :3031)"},
		{"uwsgi at two sockets", "uwsgi@2", one("uwsgi.ini", "[uwsgi]\nsocket = :3031\nhttp = :8080\n"), "", "unknown"},
		{"uwsgi at the socket of the upstream", "uwsgi@2", one("uwsgi.ini", "[uwsgi]\nsocket = :3031\nhttp = :8080\n"), "upstream: 127.0.0.1:8080", " http1 (uwsgi.ini:3 http = :8080)"},
		{"uwsgi at a path", "uwsgi@2", one("uwsgi.ini", "[uwsgi]\nsocket = /run/a.sock\nhttp = :8080\n"), "upstream: unix:/run/a.sock", " uwsgi (uwsgi.ini:2 socket = /run/a.sock)"},
		{"uwsgi without a socket", "uwsgi@2", one("uwsgi.ini", "[uwsgi]\nprocesses = 2\n"), "", "unknown"},

		{"php-fpm", "php-fpm@8", one("www.conf", "[www]\nlisten = 9000\n"), "", " fastcgi (php-fpm 8 default)"},
		{"puma", "puma@7", one("puma.rb", "bind 'tcp://0.0.0.0:3000'\n"), "", " http1 (puma 7 default)"},
		{"puma with TLS", "puma@7", one("puma.rb", "ssl_bind '0.0.0.0', '3000', {}\n"), "", " tls (puma.rb:1 ssl_bind '0.0.0.0', '3000', {})"},
		{"puma with both", "puma@7", one("puma.rb", "bind 'tcp://0.0.0.0:3000'\nbind 'ssl://0.0.0.0:3001?key=a'\n"), "", "unknown"},
		{"puma with TLS under a condition", "puma@7", one("puma.rb", "if x\n  bind 'ssl://0.0.0.0:3001?key=a'\nend\n"), "", "unknown"},

		{"tomcat", "tomcat@10", one("server.xml", `<Server><Connector port="8080"/></Server>`), "", ` http1 (server.xml:1 <Connector port="8080"/>)`},
		{"tomcat with HTTP/2", "tomcat@10", one("server.xml", `<Server><Connector port="8080"><UpgradeProtocol className="org.apache.coyote.http2.Http2Protocol"/></Connector></Server>`), "", ` http1 http2 (server.xml:1 <UpgradeProtocol className="org.apache.coyote.http2.Http2Protocol"/>)`},
		{"tomcat with TLS", "tomcat@10", one("server.xml", `<Server><Connector port="8443" SSLEnabled="true"/></Server>`), "", ` tls (server.xml:1 SSLEnabled="true")`},
		{"tomcat with both", "tomcat@10", one("server.xml", `<Server><Connector port="8080"/><Connector port="8443" SSLEnabled="true"/></Server>`), "", "unknown"},
		{"tomcat at the port of the upstream", "tomcat@10", one("server.xml", `<Server><Connector port="8080"/><Connector port="8443" SSLEnabled="true"/></Server>`), "upstream: 127.0.0.1:8080", ` http1 (server.xml:1 <Connector port="8080"/>)`},
		{"spring", "spring-boot-tomcat@3.4", one("application.properties", "server.port=8080\n"), "", " http1 (spring-boot 3.4 (Tomcat) default)"},
		{"spring with HTTP/2", "spring-boot-tomcat@3.4", one("application.properties", "server.http2.enabled=true\n"), "", " http1 http2 (application.properties:1 server.http2.enabled=true)"},
		{"spring with TLS", "spring-boot-tomcat@3.4", one("application.yml", "server: {ssl: {key-store: a.p12}}\n"), "", " tls (application.yml:1 key-store: a.p12)"},
		{"spring with TLS switched off", "spring-boot-tomcat@3.4", one("application.yml", "server: {ssl: {key-store: a.p12, enabled: false}}\n"), "", " http1 (spring-boot 3.4 (Tomcat) default)"},

		{"kestrel", "kestrel@8", one("appsettings.json", "{}"), "", "unknown"},
		{"kestrel with its program", "kestrel@8", one("Program.cs", "var b = WebApplication.CreateBuilder(args);\n"), "", " http1 (Program.cs:1 WebApplication.CreateBuilder)"},
		{"kestrel with HTTP/2", "kestrel@8", one("appsettings.json", `{"Kestrel": {"EndpointDefaults": {"Protocols": "Http2"}}}`), "", ` http2 (appsettings.json:1 "Protocols": "Http2")`},
		{"kestrel with both", "kestrel@8", one("appsettings.json", `{"Kestrel": {"EndpointDefaults": {"Protocols": "Http1AndHttp2"}}}`), "", ` http1 (appsettings.json:1 "Protocols": "Http1AndHttp2")`},
		{"kestrel by endpoint", "kestrel@8", one("appsettings.json", `{"Kestrel": {"Endpoints": {"A": {"Url": "http://*:80", "Protocols": "Http1"}, "B": {"Url": "http://*:81", "Protocols": "Http2"}}}}`), "upstream: 127.0.0.1:81", ` http2 (appsettings.json:1 "Protocols": "Http2")`},
		{"kestrel by its program", "kestrel@8", one("Program.cs", "WebApplication.CreateBuilder(a); o.ConfigureEndpointDefaults(l => l.Protocols = p);"), "", "unknown"},
		{"kestrel with gRPC", "kestrel@8", one("Program.cs", "WebApplication.CreateBuilder(a); s.AddGrpc();"), "", "unknown"},

		{"go", "go@1.24", one("main.go", goHead+"func main() { http.ListenAndServe(\":1\", nil) }"), "", ` http1 (main.go:3 http.ListenAndServe(":1", nil))`},
		{"go with TLS", "go@1.24", one("main.go", goHead+"func main() { s := &http.Server{}; s.ListenAndServeTLS(a, b) }"), "", " tls (main.go:3 s.ListenAndServeTLS(a, b))"},
		{"go with TLS or not", "go@1.24", one("main.go", goHead+"func main() { s := &http.Server{}; if x { s.ListenAndServeTLS(a, b) } else { s.ListenAndServe() } }"), "", "unknown"},
		{"go with a handler of h2c", "go@1.24", one("main.go", goHead+"func main() { s := &http.Server{Handler: h2c.NewHandler(a, b)}; s.ListenAndServe() }"), "", " http1 http2 (main.go:3 h2c.NewHandler(a, b))"},
		{"go with such a handler under a condition", "go@1.24", one("main.go", goHead+"func main() { if x { h = h2c.NewHandler(a, b) }; s := &http.Server{Handler: h}; s.ListenAndServe() }"), "", "unknown"},
		{"go with protocols", "go@1.24", one("main.go", goHead+"func main() { var p http.Protocols; p.SetHTTP1(true); p.SetUnencryptedHTTP2(true); s := &http.Server{Protocols: &p}; s.ListenAndServe() }"), "", " http1 http2 (main.go:3 p.SetHTTP1(true))"},
		{"go with HTTP/2 alone", "go@1.24", one("main.go", goHead+"func main() { var p http.Protocols; p.SetUnencryptedHTTP2(true); s := &http.Server{Protocols: &p}; s.ListenAndServe() }"), "", " http2 (main.go:3 p.SetUnencryptedHTTP2(true))"},
		{"go with protocols of a variable", "go@1.24", one("main.go", goHead+"func main() { var p http.Protocols; p.SetUnencryptedHTTP2(x); s := &http.Server{Protocols: &p}; s.ListenAndServe() }"), "", "unknown"},
		{"go with gRPC", "go@1.24", one("main.go", goHead+"func main() { s := grpc.NewServer(); s.Serve(l) }"), "", " http2 (main.go:3 grpc.NewServer())"},
		{"go with gRPC and HTTP", "go@1.24", one("main.go", goHead+"func main() { s := grpc.NewServer(); go s.Serve(l); http.ListenAndServe(\":1\", nil) }"), "", "unknown"},
		{"go that was not read", "go@1.24", nil, "", "unknown"},
		{"gin", "gin@1", one("main.go", "package main\nfunc main() { gin.Default().Run() }"), "", " http1 (main.go:2 gin.Default().Run())"},
		{"gin with h2c", "gin@1", one("main.go", "package main\nfunc main() { r := gin.Default(); r.UseH2C = true; r.Run() }"), "", " http1 http2 (main.go:2 r.UseH2C = true)"},

		{"node", "node@20", one("a.js", "const http = require('http')\nhttp.createServer(f).listen(1)\n"), "", " http1 (a.js:2 http.createServer(f).listen(1))"},
		{"node that was not read", "node@20", nil, "", "unknown"},
		{"node by member", "node@20", one("a.mjs", "import { createServer as make } from 'node:https'\nimport { createServer } from 'node:http'\nconst s = createServer(f)\n"), "", " http1 (a.mjs:3 createServer(f))"},
		{"node with HTTP/2", "node@20", one("a.js", "const http2 = require('node:http2')\nconst s = http2.createServer(f)\n"), "", " http2 (a.js:2 http2.createServer(f))"},
		{"node with TLS", "node@20", one("a.js", "const s = require('https').createServer(o, f)\n"), "", " tls (a.js:1 createServer(o, f))"},
		{"node with another http", "node@20", one("a.js", "const http = x ? require('https') : require('http')\nconst s = http.createServer(f)\n"), "", "unknown"},
		{"node with both", "node@20", one("a.js", "const http = require('http'), https = require('https')\nconst s = x ? https.createServer(o, f) : http.createServer(f)\n"), "", "unknown"},
		{"TypeScript", "node@20", one("a.ts", "import * as http from 'http';\nconst server: http.Server = http.createServer(f);\n"), "", " http1 (a.ts:2 http.createServer(f))"},
		{"TypeScript with HTTP/2", "node@20", one("a.ts", "import http2 from 'http2';\nconst server: X = http2.createServer(f);\n"), "", " http2 (a.ts:2 http2.createServer(f))"},
		{"express", "express@5", one("a.js", "const express = require('express')\nconst app = express()\napp.listen(3000)\n"), "", " http1 (a.js:3 app.listen(3000))"},
		{"koa", "koa@3", one("a.mjs", "import Koa from 'koa'\nconst app = new Koa()\napp.listen(3000)\n"), "", " http1 (a.mjs:3 app.listen(3000))"},
		{"fastify", "fastify@5", one("a.js", "const app = require('fastify')({ logger: true })\napp.listen({ port: 3000 })\n"), "", " http1 (a.js:2 app.listen({ port: 3000 }))"},
		{"fastify with HTTP/2", "fastify@5", one("a.js", "const app = require('fastify')({ http2: true })\napp.listen({ port: 3000 })\n"), "", "unknown"},
		{"nest", "nestjs@11", one("main.ts", "import { NestFactory } from '@nestjs/core';\nasync function f() {\n  const app = await NestFactory.create<X>(AppModule);\n  await app.listen(3000);\n}\n"), "", " http1 (main.ts:4 app.listen(3000))"},
		{"nest with a microservice", "nestjs@11", one("main.ts", "import { NestFactory } from '@nestjs/core';\nasync function f() {\n  const app = await NestFactory.createMicroservice<X>(AppModule, o);\n  await app.listen();\n}\n"), "", "unknown"},
		{"gRPC", "node@20", one("a.js", "const grpc = require('@grpc/grpc-js'), http = require('http')\nhttp.createServer(f).listen(1)\n"), "", "unknown"},
		{"bun", "bun@1.4", one("a.js", "Bun.serve({ port: 3000, fetch })\n"), "", " http1 (a.js:1 Bun.serve({ port: 3000, fetch }))"},
		{"bun with TLS", "bun@1.4", one("a.js", "Bun.serve({ tls: x, fetch })\n"), "", " tls (a.js:1 Bun.serve({ tls: x, fetch }))"},
		{"bun with other options", "bun@1.4", one("a.js", "Bun.serve({ ...x, fetch })\n"), "", "unknown"},
		{"next", "next@16", nil, "", " http1 (next 16 default)"},
		{"no runtime's word", "falcon@0.51", nil, "", "unknown"},
	} {
		extra := []string{}
		if c.extra != "" {
			extra = append(extra, c.extra)
		}
		app := loadOne(t, c.runtime, c.files, extra...)
		got := "unknown"
		if app.Speaks.Known {
			got = app.Speaks.Value.words() + describeOrigin(app.Speaks.Origin)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s %v", c.name, diff, app.Skips)
		}
	}
}

// TestProtocolWords checks that every preset names protocols there are.
func TestProtocolWords(t *testing.T) {
	for _, r := range preset.Runtimes() {
		if _, ok := protocolOf(r.Speaks); !ok && r.Speaks.Value != "" {
			t.Errorf("%s: %q", r.ID, r.Speaks.Value)
		}
	}
}

func TestPingAndWriteTimes(t *testing.T) {
	const head = "package main\nimport (\"net/http\"; \"time\")\n"
	checkDeclarations(t, []declarationCase{
		{"pings of uvicorn", "uvicorn@0.30", one("Procfile", "web: uvicorn a:a --ws-ping-interval 12.5\n"), []string{"ping 12.5s (Procfile:1 --ws-ping-interval 12.5)"}},
		{"no pings", "uvicorn@0.30", one("Procfile", "web: uvicorn a:a --ws-ping-interval 0\n"), nil},
		{"pings of another implementation", "uvicorn@0.30", one("Procfile", "web: uvicorn a:a --ws wsproto\n"), []string{`skip "--ws wsproto": whether this implementation of WebSockets sends pings is not known`}},
		{"pings of daphne", "daphne@4", one("Procfile", "web: daphne --ping-interval 30 a:a\n"), []string{"ping 30s (Procfile:1 --ping-interval 30)"}},
		{"pings of hypercorn", "hypercorn@0.17", one("Procfile", "web: hypercorn --websocket-ping-interval=10 a:a\n"), []string{"ping 10s (Procfile:1 --websocket-ping-interval=10)"}},
		{"write timeout", "go@1.24", one("main.go", head+"var s = http.Server{WriteTimeout: 30 * time.Second}"), []string{"write 30s (main.go:3 WriteTimeout: 30 * time.Second)"}},
		{"no write timeout", "go@1.24", one("main.go", head+"var s = http.Server{WriteTimeout: 0}"), nil},
		{"write timeout that is computed", "go@1.24", one("main.go", head+"var s = http.Server{WriteTimeout: f()}"), []string{`skip "WriteTimeout: f()": computed value`}},
		{"write timeout set later", "go@1.24", one("main.go", head+"func f() {\n s := &http.Server{}\n s.WriteTimeout = 5\n}"), []string{`skip "s.WriteTimeout = 5": it is set after the server was made`}},
		{"granian's times", "granian@2", one("Procfile", "web: granian --workers-kill-timeout 60 --http1-header-read-timeout 20000 a:a\n"), []string{"header 20s (Procfile:1 --http1-header-read-timeout 20000)", "keepalive 20s (Procfile:1 --http1-header-read-timeout 20000)", "shutdown 1m0s (Procfile:1 --workers-kill-timeout 60)"}},
		{"size of one field", "gunicorn@23", one("Procfile", "web: gunicorn --limit-request-field_size 16380 a\n"), []string{`skip "--limit-request-field_size 16380": it limits one field, not the header`}},
	})
	app := loadOne(t, "daphne@4", nil, "ping_interval: 45s")
	if got := describe(app.PingInterval); got != "45s (tunelint.yaml:6 ping_interval: 45s)" {
		t.Error(got)
	}
	for spec, want := range map[string]string{"uvicorn@0.30": "20s (uvicorn 0.30 default)", "daphne@4": "20s (daphne 4 default)", "hypercorn@0.17": "unknown"} {
		if got := describe(loadOne(t, spec, nil).PingInterval); got != want {
			t.Errorf("%s: %s, want %s", spec, got, want)
		}
	}
	if got := describe(loadOne(t, "php-fpm@8", nil).ComputeTimeout); got != "30s (php-fpm 8 default)" {
		t.Error(got)
	}
}
