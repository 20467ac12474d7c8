package appconf

import (
	"errors"
	"testing"

	"github.com/hashicorp/go-multierror"

	"github.com/tunelint/tunelint/appconf/preset"
	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
)

// checkSpan fails for a place outside its file.
func checkSpan(t *testing.T, s source.Span) {
	t.Helper()
	if s.IsValid() && (s.Start < 0 || s.Start > s.End || s.End > len(s.File.Text)) {
		t.Fatalf("span %d-%d of %d bytes", s.Start, s.End, len(s.File.Text))
	}
}

func FuzzReadConfig(f *testing.F) {
	f.Add(readFile(f, "full.yaml").Text)
	f.Add("hosts: [{apps: [{name: \"ü\", files: [a, 'b''c']}]}]\r\n")
	f.Add("\ufeffhosts:\n- &a {name: !!str x, kernel: |\n    6\n}\n- *a\n")
	f.Fuzz(func(t *testing.T, text string) {
		file := source.NewFile("/tunelint.yaml", text)
		c, err := ReadConfig(file)
		for _, h := range c.Hosts {
			checkSpan(t, h.Span)
			checkSpan(t, h.Kernel.Origin.Span)
			for _, a := range h.Apps {
				checkSpan(t, a.Span)
				checkSpan(t, a.KeepaliveTimeout.Origin.Span)
			}
		}
		checkErrors(t, err)
	})
}

func checkErrors(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	list := []error{err}
	var all *multierror.Error
	if errors.As(err, &all) {
		list = all.Errors
	}
	for _, e := range list {
		var place *source.Error
		if !errors.As(e, &place) || !place.Span.IsValid() {
			t.Fatalf("an error without a place: %v", e)
		}
		checkSpan(t, place.Span)
	}
}

// checkReading reads one file for a runtime and checks every place it names.
func checkReading(t *testing.T, runtime, name, text string) {
	t.Helper()
	rt, err := preset.FindRuntime(runtime)
	if err != nil {
		t.Fatal(err)
	}
	r := &reading{app: "api", runtime: rt, env: map[string]syntax.Variable{}}
	r.read([]*source.File{source.NewFile("/"+name, text)})
	r.finish()
	for _, d := range r.declared {
		checkSpan(t, d.at)
		if d.number < 0 {
			t.Fatalf("%s: %d", d.name, d.number)
		}
	}
	for _, s := range r.skips {
		checkSpan(t, s.Span)
	}
	checkContainer(t, r)
	app := &App{}
	app.settle(&AppConfig{}, r)
}

func FuzzScript(f *testing.F) {
	f.Add(nodeWebhookScript)
	f.Add("const server: Server = http.createServer({ keepAliveTimeout: 5 });\nif (a)\n server.keepAliveTimeout = `x${1}` / 2;\nserver.listen(1, '::', 5)")
	f.Add("this.server['keepAliveTimeout'] = (process.env.X ?? 65_000) ** 2 // \xff")
	f.Add("import express, { json as j } from 'express'\nconst { createServer: make } = require('node:http2')\nmake(o)\napp.use(j({ limit: '1.5mb', ...x }))\nprocess.on('SIGTERM', f)\ncluster.fork()")
	f.Add("module.exports = { apps: [{ name: 'api', instances: 'max', kill_timeout: 5e3, env: { A: 1, [b]: 2 }, node_args: '-x' }, y] }")
	f.Add("import A, { json as j } from 'express'\ncons, {B,C} %D('0')%E(0)%F(j({ limit}))")
	f.Add("server.keepAliveTimeout = process.env.A ? Number(process.env.A) : 5_000")
	f.Add("server.keepAliveTimeout = (parseInt(process.env['A'] ?? \"5\", 10) || 65e3) * 2 ** 3")
	f.Fuzz(func(t *testing.T, text string) {
		checkReading(t, "node@20", "app.js", text)
		checkReading(t, "fastify@5", "app.ts", text)
		checkReading(t, "express@5", "ecosystem.config.js", text)
	})
}

// FuzzTokens reads scripts with the token reader that stands in for the parser.
func FuzzTokens(f *testing.F) {
	f.Add("const server: Server = http.createServer({ keepAliveTimeout: 5 });\nif (a)\n server.keepAliveTimeout = `x${1}` / 2;\nserver.listen(1, '::', 5)")
	f.Add("import * as h from 'https';\nconst x: y = h.createServer(a);\napp.use(bodyParser.json({ limit: 5 }));\nprocess.once('SIGINT', () => {});\nFastify({ bodyLimit: 1 })")
	f.Add("A\xe000.createServer(")
	f.Add("const KEEP: number = 65_000;\nserver.keepAliveTimeout = KEEP;\nconst r = /[/]'/g\n}")
	f.Fuzz(func(t *testing.T, text string) {
		r := &reading{env: map[string]syntax.Variable{}}
		file := source.NewFile("/app.ts", text)
		r.speech = newNodeSpeech(r, file)
		scanScript(r, file)
		for _, d := range r.declared {
			checkSpan(t, d.at)
		}
	})
}

func FuzzCompose(f *testing.F) {
	f.Add("services:\n  api:\n    <<: &x {mem_limit: 1g}\n    command: sh -c \"exec gunicorn app -w ${N:-3} $$X\"\n    environment: [A=1, B]\n")
	f.Add("services: {api: {command: [gunicorn, -k, gthread], deploy: {resources: {limits: {memory: 1G}}}}}\n")
	f.Add("a: &a [*a]\nservices: *a\n")
	f.Add("services: {api: {extends: api, healthcheck: {test: [CMD-SHELL, 'curl localhost/a'], retries: 2}, networks: {a: {aliases: [b]}}, ports: ['1:2', {target: 3, published: 4}], ulimits: {nofile: {soft: 1}}, sysctls: [a=b], init: true, entrypoint: sh -c 'exec node'}}\n")
	f.Add("FROM a AS b\nHEALTHCHECK --interval=1s \\\n --retries=2 CMD [\"curl\", \"localhost\"]\nSTOPSIGNAL 9\nSHELL [\"sh\", \"-c\"]\nFROM b\nCMD exec node a\n")
	f.Fuzz(func(t *testing.T, text string) {
		checkReading(t, "gunicorn@23", "compose.yaml", text)
		checkReading(t, "node@20", "compose.yaml", text)
		checkReading(t, "gunicorn@23", "Procfile", text)
		checkReading(t, "node@20", "Dockerfile", text)
	})
}

func FuzzGunicornConf(f *testing.F) {
	f.Add("workers = int(os.getenv('N', '5')) * 2 + 1\nbind = ['a', \"b\"]\nif x: threads = 2\n")
	f.Add("timeout = (\n 30 # c\n + '''x\n''')\\\r\n; keepalive = -5 // 2\n")
	f.Fuzz(func(t *testing.T, text string) {
		checkReading(t, "gunicorn@23", "gunicorn.conf.py", text)
	})
}
