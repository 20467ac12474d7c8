package appconf

import "testing"

func TestNodeFrameworks(t *testing.T) {
	const express = "const express = require('express')\nconst app = express()\n"
	checkDeclarations(t, []declarationCase{
		{"express.json", "express@5", one("a.js", express+"app.use(express.json({ limit: '10mb' }))\napp.listen(3000)\n"), []string{"body 10485760 (a.js:3 limit: '10mb', assumed)", "listen 3000"}},
		{"the same limit twice", "express@5", one("a.js", express+"const LIMIT = '1.5mb'\napp.use(express.json({ limit: LIMIT }))\napp.use(express.urlencoded({ extended: true, limit: LIMIT }))\n"), []string{"body 1572864 (a.js:5 limit: LIMIT, assumed)"}},
		{"different limits", "express@5", one("a.js", express+"app.use(express.json({ limit: '10mb' }))\napp.use(express.urlencoded({ extended: true }))\n"), []string{
			`skip "limit: '10mb'": declared differently at /repo/a.js:4:9`}},
		{"bodyParser in TypeScript", "express@5", one("a.ts", "import bodyParser from 'body-parser';\nconst port: number = 3000;\napp.use(bodyParser.raw({ type: '*/*', limit: 5_000_000 }));\n"), []string{"body 5000000 (a.ts:3 limit: 5_000_000, assumed)"}},
		{"a function of express", "express@5", one("a.mjs", "import { json } from 'express'\napp.use(json({ limit: process.env.LIMIT ?? '2mb' }))\n"), []string{"body 2097152 (a.mjs:2 limit: process.env.LIMIT ?? '2mb', assumed)"}},
		{"another json", "express@5", one("a.mjs", "import { json } from './own.js'\napp.use(json({ limit: '2mb' }))\n"), nil},
		{"a limit that is computed", "express@5", one("a.js", express+"app.use(express.json({ limit: config.limit }))\n"), []string{`skip "limit: config.limit": computed value`}},
		{"a limit that is no size", "express@5", one("a.js", express+"app.use(express.json({ limit: '10 megabytes' }))\n"), []string{`skip "limit: '10 megabytes'": not a size that is understood`}},
		{"fastify's handler", "fastify@5", one("a.js", "const app = require('fastify')({ connectionTimeout: 0, handlerTimeout: 20000, maxRequestsPerSocket: 100 })\n"), []string{
			"request 20s (a.js:1 handlerTimeout: 20000)", "requests per connection 100 (a.js:1 maxRequestsPerSocket: 100)"}},
		{"fastify's shorter time", "fastify@5", one("a.js", "const app = require('fastify')({ connectionTimeout: 30000, handlerTimeout: 20000 })\n"), []string{"request 20s (a.js:1 handlerTimeout: 20000)"}},
		{"fastify in TypeScript", "fastify@5", one("a.ts", "import Fastify from 'fastify';\nconst app: X = Fastify({ keepAliveTimeout: 90_000, bodyLimit: 1 << 20, connectionTimeout: 5000 });\n"), []string{
			"body 1048576 (a.ts:2 bodyLimit: 1 << 20)", "keepalive 1m30s (a.ts:2 keepAliveTimeout: 90_000)", "request 5s (a.ts:2 connectionTimeout: 5000)"}},
		{"next start", "next@16", one("Procfile", "web: npx next start -p 3000 --keepAliveTimeout 70000\n"), []string{"keepalive 1m10s (Procfile:1 --keepAliveTimeout 70000)", "listen 3000"}},
		{"a standalone build", "next@16", one("compose.yml", "services: {api: {environment: {KEEP_ALIVE_TIMEOUT: 75000}, command: [node, server.js], stop_grace_period: 5s}}\n"), []string{
			"grace 5s (compose.yml:1 stop_grace_period: 5s)", "keepalive 1m15s (compose.yml:1 KEEP_ALIVE_TIMEOUT: 75000)"}},
		{"PM2", "node@20", one("ecosystem.config.js", "module.exports = { apps: [{ name: 'x', script: 'a.js', instances: 4, exec_mode: 'cluster', kill_timeout: 5000, node_args: '--max-http-header-size=32768' }] }\n"), []string{
			"grace 5s (ecosystem.config.js:1 kill_timeout: 5000)", "header size 32768 (ecosystem.config.js:1 node_args: '--max-http-header-size=32768')", "workers 4 (ecosystem.config.js:1 instances: 4)"}},
		{"PM2 by name", "node@20", one("ecosystem.config.cjs", "module.exports = { apps: [{ name: 'x', instances: 9 }, { name: 'api', instances: 2 }] }\n"), []string{"workers 2 (ecosystem.config.cjs:1 instances: 2)"}},
		{"PM2 with several", "node@20", one("ecosystem.config.js", "module.exports = { apps: [{ name: 'x' }, { name: 'y' }] }\n"), []string{`skip "": several applications: name the application like one of them`}},
		{"PM2 for all CPUs", "node@20", one("ecosystem.config.js", "module.exports = { apps: [{ instances: 'max' }] }\n"), []string{`skip "instances: 'max'": it depends on the number of CPUs`}},
		{"PM2 from elsewhere", "node@20", one("ecosystem.config.js", "module.exports = require('./x')\n"), []string{`skip "": the list of applications is not written here`}},
		{"PM2 with variables", "node@20", map[string]string{"ecosystem.config.js": "module.exports = { apps: [{ env: { KEEP: 65000, 'NODE_OPTIONS': '--max-http-header-size=9000' } }] }\n", "a.js": "server.keepAliveTimeout = Number(process.env.KEEP)\n"}, []string{
			"header size 9000 (ecosystem.config.js:1 'NODE_OPTIONS': '--max-http-header-size=9000')", "keepalive 1m5s (a.js:1 server.keepAliveTimeout = Number(process.env.KEEP))"}},
		{"cluster", "node@20", one("a.js", "const cluster = require('cluster')\nfor (const c of os.cpus()) cluster.fork()\n"), []string{`skip "cluster.fork()": how many workers the program forks is not evaluated`}},
	})
}

func TestHandlers(t *testing.T) {
	const goHead = "package main\nimport (\"os/signal\"; \"os\"; \"syscall\"; \"context\"; \"net/http\")\n"
	for _, c := range []struct {
		name, runtime string
		files         map[string]string
		want          string
	}{
		{"node", "node@20", one("a.js", "process.on('SIGTERM', stop)\n"), "true (a.js:1 process.on('SIGTERM', stop))"},
		{"another signal", "node@20", one("a.js", "process.once('SIGINT', stop)\n"), "unknown"},
		{"under a condition", "node@20", one("a.js", "if (x) process.on('SIGTERM', stop)\n"), "unknown"},
		{"TypeScript", "node@20", one("a.ts", "const a: number = 5;\nprocess.on('SIGTERM', async () => { await stop(); });\n"), "true (a.ts:2 process.on('SIGTERM', async () => { await stop(); }))"},
		{"TypeScript under a condition", "node@20", one("a.ts", "const a: number = 5;\nif (a) { process.on('SIGTERM', stop); }\n"), "unknown"},
		{"nest", "nestjs@11", one("a.js", "app.enableShutdownHooks()\n"), "true (a.js:1 app.enableShutdownHooks())"},
		{"another stop signal", "node@20", map[string]string{"a.js": "process.on('SIGTERM', stop)\nprocess.on('SIGINT', stop)\n", "Dockerfile": "FROM node\nSTOPSIGNAL SIGINT\nCMD [\"node\", \"a.js\"]\n"}, "true (a.js:2 process.on('SIGINT', stop))"},
		{"go", "go@1.24", one("main.go", goHead+"func main() { signal.Notify(c, os.Interrupt, syscall.SIGTERM); http.ListenAndServe(\":1\", nil) }"), "true (main.go:3 signal.Notify(c, os.Interrupt, syscall.SIGTERM))"},
		{"go with a context", "go@1.24", one("main.go", goHead+"func main() { ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM); http.ListenAndServe(\":1\", nil) }"), "true (main.go:3 signal.NotifyContext(context.Background(), syscall.SIGTERM))"},
		{"go with all", "go@1.24", one("main.go", goHead+"func main() { signal.Notify(c); http.ListenAndServe(\":1\", nil) }"), "true (main.go:3 signal.Notify(c))"},
		{"go with another", "go@1.24", one("main.go", goHead+"func main() { signal.Notify(c, os.Interrupt); http.ListenAndServe(\":1\", nil) }"), "unknown"},
		{"python", "uvicorn@0.30", one("main.py", "import signal, uvicorn\nsignal.signal(signal.SIGTERM, stop)\nuvicorn.run(app)\n"), "true (main.py:2 signal.signal(signal.SIGTERM)"},
		{"python ignores it", "uvicorn@0.30", one("main.py", "import signal, uvicorn\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nuvicorn.run(app)\n"), "unknown"},
	} {
		if got := describe(loadOne(t, c.runtime, c.files).Stop.Handled); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestReadBytes(t *testing.T) {
	for text, want := range map[string]int64{"100kb": 102400, "1mb": 1 << 20, "1.5 MB": 1572864, "5": 5, "10b": 10, "2gb": 2 << 30, "": 0, "0": 0, "-1mb": 0, "10mib": 0, "lots": 0} {
		if got, ok := readBytes(text); got != want && ok || ok != (want > 0) {
			t.Errorf("%q: %d, %v", text, got, ok)
		}
	}
}
