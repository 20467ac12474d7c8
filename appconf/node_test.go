package appconf

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestScripts(t *testing.T) {
	const create = "const http = require('http')\nconst server = http.createServer(app)\n"
	for _, c := range []struct {
		name, text string
		want       string // of the keep-alive timeout
	}{
		{"assignment", create + "server.keepAliveTimeout = 65 * 1000\n", "1m5s (app.js:3 server.keepAliveTimeout = 65 * 1000)"},
		{"no semicolons, next line", create + "server.keepAliveTimeout =\n  65 *\n  1000\nserver.listen(3000)\n", "1m5s (app.js:3 server.keepAliveTimeout =\n  65 *\n  1000)"},
		{"next line continues", create + "server.keepAliveTimeout = 65\n  * 1000\n++x\n", "1m5s (app.js:3 server.keepAliveTimeout = 65\n  * 1000)"},
		{"comment after", create + "server.keepAliveTimeout = 65000 // ms\nfoo()\n", "1m5s (app.js:3 server.keepAliveTimeout = 65000)"},
		{"constant", create + "const SECOND = 1000, KEEP = 65 * SECOND\nserver.keepAliveTimeout = KEEP;", "1m5s (app.js:4 server.keepAliveTimeout = KEEP)"},
		{"let that stays", create + "let keep = 65000\nserver.keepAliveTimeout = keep;", "1m5s (app.js:4 server.keepAliveTimeout = keep)"},
		{"let that changes", create + "let keep = 65000\nkeep += 5\nserver.keepAliveTimeout = keep;", "unknown"},
		{"shadowed constant", create + "const keep = 65000\nfunction f(keep) { server.keepAliveTimeout = keep }", "unknown"},
		{"environment", create + "server.keepAliveTimeout = Number(process.env.KEEP ?? 65000)", "1m5s (app.js:3 server.keepAliveTimeout = Number(process.env.KEEP ?? 65000))"},
		{"index", create + "server['keepAliveTimeout'] = 65000;", "1m5s (app.js:3 server['keepAliveTimeout'] = 65000)"},
		{"express", "const app = express()\nconst s = app.listen(3000)\ns.keepAliveTimeout = 65000\n", "1m5s (app.js:3 s.keepAliveTimeout = 65000)"},
		{"chained", "const app = express()\napp.listen(3000).keepAliveTimeout = 65000\n", "1m5s (app.js:2 app.listen(3000).keepAliveTimeout = 65000)"},
		{"nest", "const app = await create()\nawait app.listen(3000)\napp.getHttpServer().keepAliveTimeout = 65000\n", "1m5s (app.js:3 app.getHttpServer().keepAliveTimeout = 65000)"},
		{"member", "class A { start() { this.server = app.listen(3000); this.server.keepAliveTimeout = 65000 } }", "1m5s (app.js:1 this.server.keepAliveTimeout = 65000)"},
		{"option", "http.createServer({ keepAliveTimeout: 65000, insecureHTTPParser: true }, app).listen(3000)", "1m5s (app.js:1 keepAliveTimeout: 65000)"},
		{"options by name", "const options = { keepAliveTimeout: 65000 }\nhttp.createServer(options, app).listen(3000)", "1m5s (app.js:1 keepAliveTimeout: 65000)"},
		{"quoted option", "http.createServer({ 'keepAliveTimeout': 65000 }, app)", "1m5s (app.js:1 'keepAliveTimeout': 65000)"},
		{"options from elsewhere", "import options from './o.js'\nhttp.createServer(options, app)", "unknown"},
		{"spread options", "http.createServer({ ...options, keepAlive: true }, app)", "unknown"},
		{"assignment wins over option", "const server = http.createServer({ keepAliveTimeout: 1 }, app)\nserver.keepAliveTimeout = 65000", "1m5s (app.js:2 server.keepAliveTimeout = 65000)"},
		{"new Server", "const s = new http.Server(app)\ns.keepAliveTimeout = 65000", "1m5s (app.js:2 s.keepAliveTimeout = 65000)"},
		{"late binding", "let server\nfunction start() { server = app.listen(3000); server.keepAliveTimeout = 65000 }", "1m5s (app.js:2 server.keepAliveTimeout = 65000)"},
		{"parameter", "export function tune(server) { server.keepAliveTimeout = 65000 }", "1m5s (app.js:1 server.keepAliveTimeout = 65000)"},
		{"within the branch of the server", "if (require.main === module) {\n const server = app.listen(3000)\n server.keepAliveTimeout = 65000\n}", "1m5s (app.js:3 server.keepAliveTimeout = 65000)"},
		{"chained within a branch", "if (main) {\n  app.listen('3000').keepAliveTimeout = 65000\n}", "1m5s (app.js:2 app.listen('3000').keepAliveTimeout = 65000)"},
		{"member within a branch", "app.server = http.createServer(app)\nif (x) app.server.keepAliveTimeout = 65000", "unknown"},
		{"declared twice", create + "var keep = 1; var keep = 2\nserver.keepAliveTimeout = keep", "unknown"},
		{"destructured", create + "let keep = 1; [keep] = [2]\nserver.keepAliveTimeout = keep", "unknown"},
		{"nothing", create + "server.listen(3000)", "5s (node 20 default)"},
		{"comment only", create + "// server.keepAliveTimeout = 65000\n", "5s (node 20 default)"},
		{"conditional", create + "if (x) server.keepAliveTimeout = 65000", "unknown"},
		{"conditional by and", create + "x && (server.keepAliveTimeout = 65000)", "unknown"},
		{"in a catch", create + "try { f() } catch { server.keepAliveTimeout = 65000 }", "unknown"},
		{"in a try", create + "try { server.keepAliveTimeout = 65000 } finally { f() }", "1m5s (app.js:3 server.keepAliveTimeout = 65000)"},
		{"two values", create + "server.keepAliveTimeout = 65000\nserver.keepAliveTimeout = 5000", "unknown"},
		{"same value twice", create + "server.keepAliveTimeout = 65000\nserver.keepAliveTimeout = 65000", "1m5s (app.js:4 server.keepAliveTimeout = 65000)"},
		{"computed", create + "server.keepAliveTimeout = config.get('keep')", "unknown"},
		{"added to", create + "server.keepAliveTimeout += 5000", "unknown"},
		{"by another way", create + "Object.assign(server, { keepAliveTimeout: 65000 })", "unknown"},
		{"two servers", create + "server.keepAliveTimeout = 65000\nconst admin = http.createServer(adminApp)\nadmin.listen(9000)", "unknown"},
		{"two servers, neither touched", create + "const admin = http.createServer(adminApp)\nadmin.listen(9000)", "5s (node 20 default)"},
		{"unknown receiver", "thing.keepAliveTimeout = 65000", "unknown"},
		{"an object of options", create + "const settings = {}\nsettings.keepAliveTimeout = 65000", "5s (node 20 default)"},
		{"options of a client", create + "setGlobalDispatcher(new Agent({ keepAliveTimeout: 10 }))", "5s (node 20 default)"},
		{"zero", create + "server.keepAliveTimeout = 0", "infinite (app.js:3 server.keepAliveTimeout = 0)"},
		{"zero with a timeout", create + "server.keepAliveTimeout = 0\nserver.timeout = 20000", "20s (app.js:3 server.keepAliveTimeout = 0)"},
		{"zero with an unknown timeout", create + "server.keepAliveTimeout = 0\nserver.timeout = f()", "unknown"},
		{"negative", create + "server.keepAliveTimeout = -1", "unknown"},
		{"text", create + "server.keepAliveTimeout = '65000'", "unknown"},
		{"unit slip", create + "server.keepAliveTimeout = 65", "65ms (app.js:3 server.keepAliveTimeout = 65)"},
		{"fastify in a node program", "const app = require('fastify')()\napp.listen({ port: 3000 })", "unknown"},
		{"broken", create + "server.keepAliveTimeout = = 5", "unknown"},
		{"broken elsewhere", create + "server.keepAliveTimeout = 65000;\nlet let let", "1m5s (app.js:3 server.keepAliveTimeout = 65000)"},
		{"not a script", "\x00\x01\x02", "unknown"},
		{"not UTF-8", create + "// \xff\nserver.keepAliveTimeout = 65000", "1m5s (app.js:4 server.keepAliveTimeout = 65000)"},
		{"CRLF", strings.ReplaceAll(create, "\n", "\r\n") + "server.keepAliveTimeout = 65000\r\nserver.listen(1)\r\n", "1m5s (app.js:3 server.keepAliveTimeout = 65000)"},
		{"after wide characters", create + "/* ü€ */ server.keepAliveTimeout = 65000", "1m5s (app.js:3 server.keepAliveTimeout = 65000)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			app := loadOne(t, "node@20", map[string]string{"app.js": c.text})
			if got := describe(app.KeepAlive); got != c.want {
				t.Errorf("%s, want %s\n%v", got, c.want, app.Skips)
			}
			if c.want == "unknown" && len(app.Skips) == 0 && !strings.Contains(c.name, "fastify") {
				t.Error("unknown without a reason")
			}
		})
	}
}

func TestTypeScript(t *testing.T) {
	const create = "import http, { Server } from 'node:http';\nconst PORT: number = 3000;\nconst server: Server = http.createServer(app as any);\n"
	for _, c := range []struct{ name, text, want string }{
		{"assignment", create + "server.keepAliveTimeout = 65 * 1000;\nserver.listen(PORT);", "1m5s (app.ts:4 server.keepAliveTimeout = 65 * 1000)"},
		{"no semicolons", create + "foo()\nserver.keepAliveTimeout = 65_000\nserver.listen(PORT)", "1m5s (app.ts:5 server.keepAliveTimeout = 65_000)"},
		{"constant", create + "const KEEP: number = 65_000;\nserver.keepAliveTimeout = KEEP;", "1m5s (app.ts:5 server.keepAliveTimeout = KEEP)"},
		{"lower-case constant", create + "const keep: number = 65_000;\nserver.keepAliveTimeout = keep;", "unknown"},
		{"in a function", create + "async function main(): Promise<void> {\n  const x: T = a / b / c;\n  server.keepAliveTimeout = Number(process.env.KEEP ?? 65000);\n}", "1m5s (app.ts:6 server.keepAliveTimeout = Number(process.env.KEEP ?? 65000))"},
		{"conditional", create + "if (x) {\n  server.keepAliveTimeout = 65000;\n}", "unknown"},
		{"conditional without braces", create + "if (x)\n  server.keepAliveTimeout = 65000;", "unknown"},
		{"else", create + "if (x) f();\nelse\n  server.keepAliveTimeout = 65000;", "unknown"},
		{"in a loop", create + "for (const s of list) {\n  server.keepAliveTimeout = 65000;\n}", "unknown"},
		{"option", "const x: T = 1;\nhttp.createServer({ keepAliveTimeout: 65000 }, app).listen(3000);", "1m5s (app.ts:2 keepAliveTimeout: 65000)"},
		{"another object", create + "const o: O = { keepAliveTimeout: 65000 };", "unknown"},
		{"cast", create + "(server as any).keepAliveTimeout = 65000;", "unknown"},
		{"client", create + "const a: Agent = new Agent({ keepAliveTimeout: 65000 });", "5s (node 20 default)"},
		{"read", create + "log(server.keepAliveTimeout);", "5s (node 20 default)"},
		{"comment", create + "// server.keepAliveTimeout = 65000;", "5s (node 20 default)"},
		{"regular expression", create + "const r: RegExp = /[/]'/;\nserver.keepAliveTimeout = 65000;", "1m5s (app.ts:5 server.keepAliveTimeout = 65000)"},
		{"two servers", create + "const admin: Server = http.createServer(a);\nserver.keepAliveTimeout = 65000;", "unknown"},
		{"nothing", create + "server.listen(PORT);", "5s (node 20 default)"},
		{"open text", create + "const s: string = 'abc", "unknown"},
	} {
		t.Run(c.name, func(t *testing.T) {
			app := loadOne(t, "node@20", map[string]string{"app.ts": c.text})
			if got := describe(app.KeepAlive); got != c.want {
				t.Errorf("%s, want %s\n%v", got, c.want, app.Skips)
			}
			if c.want == "unknown" && len(app.Skips) == 0 {
				t.Error("unknown without a reason")
			}
		})
	}
}

func TestScriptSettings(t *testing.T) {
	const create = "const server = http.createServer(app)\n"
	for _, c := range []struct {
		name, runtime, text string
		want                []string // what the script decides
	}{
		{"properties", "node@20", create + "server.headersTimeout = 66000\nserver.requestTimeout = 5000\nserver.maxRequestsPerSocket = 100\nserver.setTimeout(40000)\n", []string{
			"request 40s (app.js:5 server.setTimeout(40000))", "header 1m6s (app.js:2 server.headersTimeout = 66000)", "read 5s (app.js:3 server.requestTimeout = 5000)",
			"requests per connection 100 (app.js:4 server.maxRequestsPerSocket = 100)",
		}},
		{"timeout is no limit", "node@20", create + "server.timeout = 0\n", nil},
		{"a callback decides", "node@20", create + "server.setTimeout(5000, f)\n", []string{`skip "server.setTimeout(5000, f)": the callback decides`}},
		{"timeouts of others", "node@20", create + "socket.setTimeout(5000); req.setTimeout(1); options.timeout = 7; axios.defaults.timeout = 10; pool.maxConnections = 5\n", nil},
		{"header size", "node@20", "http.createServer({ maxHeaderSize: 32 * 1024 }, app)", []string{"header size 32768 (app.js:1 maxHeaderSize: 32 * 1024)"}},
		{"listen", "node@20", create + "server.listen(3000, '0.0.0.0', 1024, () => {})\n", []string{"backlog 1024 (app.js:2 1024)", "listen 0.0.0.0:3000"}},
		{"listen with a callback", "node@20", create + "server.listen(3000, () => log('3000, 5'))\n", []string{"listen 3000"}},
		{"listen, backlog second", "node@20", create + "server.listen(process.env.PORT || 3000, 64)\n", []string{"backlog 64 (app.js:2 64)", "listen 3000"}},
		{"listen, unknown backlog", "node@20", create + "server.listen(3000, '127.0.0.1', config.backlog)\n", []string{"listen 127.0.0.1:3000", `skip "config.backlog": computed value`}},
		{"listen options", "node@20", create + "server.listen({ host: '127.0.0.1', port: 3000, backlog: 2048 })\n", []string{"backlog 2048 (app.js:2 backlog: 2048)", "listen 127.0.0.1:3000"}},
		{"listen at a socket", "node@20", create + "server.listen('/run/app.sock')\n", []string{"listen unix:/run/app.sock"}},
		{"listen nowhere", "node@20", create + "server.listen(port)\n", nil},
		{"tcp server", "node@20", "const server = net.createServer(f)\nserver.maxConnections = 5\nserver.timeout = 5", nil},
		{"shutdown by name", "node@20", create + "function stop() { server.close(); setTimeout(process.exit, 10_000).unref() }\nprocess.once('SIGTERM', stop)\n", []string{
			"shutdown 10s (app.js:2 setTimeout(process.exit, 10_000).unref())",
		}},
		{"shutdown without a deadline", "node@20", create + "process.on('SIGTERM', () => server.close())\n", nil},
		{"fastify", "fastify@5", "import Fastify from 'fastify'\nconst app = Fastify({ keepAliveTimeout: 90_000, bodyLimit: 5 * 1024 * 1024, connectionTimeout: 20000, requestTimeout: 15000 })\nawait app.listen({ port: 3000, host: '::1' })", []string{
			"keepalive 1m30s (app.js:2 keepAliveTimeout: 90_000)", "request 20s (app.js:2 connectionTimeout: 20000)", "read 15s (app.js:2 requestTimeout: 15000)",
			"body 5242880 (app.js:2 bodyLimit: 5 * 1024 * 1024)", "listen ::1:3000",
		}},
		{"express body limit", "express@5", "app.use(express.json({ limit: '10mb' }))\napp.listen(3000)", []string{"listen 3000"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			app := loadOne(t, c.runtime, map[string]string{"app.js": c.text})
			for _, line := range summary(app) {
				if !strings.Contains(line, " default") {
					got = append(got, line)
				}
			}
			slices.Sort(got)
			slices.Sort(c.want)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestDefaultsOfPrograms checks which defaults survive what a program does.
func TestDefaultsOfPrograms(t *testing.T) {
	const listen = "app.listen({ port: 3000 })\n"
	for _, c := range []struct {
		runtime, text, keepAlive, shutdown, body string
	}{
		{"fastify@5", "const app = require('fastify')({ keepAliveTimeout: 0 })\n" + listen, "1m12s (fastify 5 default)", "unknown", "1048576 (fastify 5 default)"},
		{"node@20", listen, "5s (node 20 default)", "0s (node 20 default)", "unknown"},
		{"node@20", listen + "// graceful shutdown is done elsewhere\n", "5s (node 20 default)", "unknown", "unknown"},
		{"express@5", listen, "5s (express 5 default)", "unknown", "102400 (express 5 default (JSON and form bodies only), assumed)"},
		{"express@5", "app.use(express.json({ limit: '10mb' }))\n" + listen, "5s (express 5 default)", "unknown", "unknown"},
		{"nestjs@10", "import { FastifyAdapter } from '@nestjs/platform-fastify'\n" + listen, "unknown", "unknown", "unknown"},
	} {
		app := loadOne(t, c.runtime, map[string]string{"app.js": c.text})
		got := []string{describe(app.KeepAlive), describe(app.ShutdownTimeout), describe(app.MaxBodySize)}
		if diff := cmp.Diff([]string{c.keepAlive, c.shutdown, c.body}, got); diff != "" {
			t.Errorf("%s, %q: %s", c.runtime, c.text, diff)
		}
	}
	if got := describe(loadOne(t, "node@20", nil).ShutdownTimeout); got != "unknown" {
		t.Errorf("without a file: %s", got)
	}
}

func TestEnvironmentOfCompose(t *testing.T) {
	const script = "const server = http.createServer(app)\nserver.keepAliveTimeout = Number(process.env.KEEP_ALIVE ?? 65000)\n"
	for _, c := range []struct{ environment, want string }{
		{"{KEEP_ALIVE: 5000}", "5s (app.js:2 server.keepAliveTimeout = Number(process.env.KEEP_ALIVE ?? 65000))"},
		{"[KEEP_ALIVE=7000]", "7s (app.js:2 server.keepAliveTimeout = Number(process.env.KEEP_ALIVE ?? 65000))"},
		{"{KEEP_ALIVE: \"${KEEP:-9000}\"}", "9s (app.js:2 server.keepAliveTimeout = Number(process.env.KEEP_ALIVE ?? 65000))"},
		{"{KEEP_ALIVE: \"${KEEP}\"}", "unknown"},
		{"[KEEP_ALIVE]", "unknown"},
		{"{KEEP_ALIVE: }", "unknown"},
		{"{OTHER: 1}", "1m5s (app.js:2 server.keepAliveTimeout = Number(process.env.KEEP_ALIVE ?? 65000))"},
	} {
		compose := fmt.Sprintf("services:\n  api:\n    command: [node, --max-http-header-size=32768, app.js]\n    environment: %s\n", c.environment)
		app := loadOne(t, "node@20", map[string]string{"app.js": script, "compose.yaml": compose})
		if got := describe(app.KeepAlive); got != c.want {
			t.Errorf("%s: %s, want %s", c.environment, got, c.want)
		}
		if got := describe(app.MaxHeaderSize); got != "32768 (compose.yaml:3 --max-http-header-size=32768)" {
			t.Error(got)
		}
	}
}
