package appconf

import "testing"

func TestIdleOfBunNextAndHAProxy(t *testing.T) {
	const config = "defaults\n    timeout client 30s\n    timeout server 60 # ms\n"
	for _, c := range []struct {
		name, runtime string
		files         map[string]string
		keep, request string
	}{
		{"bun", "bun@1.4", one("a.ts", "Bun.serve({ port: 1, idleTimeout: 30, fetch: f })\n"), "30s (a.ts:1 idleTimeout: 30)", "unknown"},
		{"bun without a timer", "bun-serve", one("a.js", "const o = { idleTimeout: 0 }\nBun.serve(o)\n"), "infinite (a.js:1 idleTimeout: 0)", "unknown"},
		{"bun by default", "bun@1.4", one("a.js", "Bun.serve({ fetch: f })\n"), "10s (bun 1.4 (Bun.serve) default)", "10s (bun 1.4 (Bun.serve) default, assumed)"},
		{"bun by export", "bun@1.4", one("a.js", "export default { idleTimeout: 3, fetch: f }\n"), "unknown", "unknown"},
		{"bun with more options", "bun@1.4", one("a.js", "Bun.serve({ ...more, fetch: f })\n"), "unknown", "unknown"},
		{"bun by a variable", "bun@1.4", one("a.js", "Bun.serve({ idleTimeout: patience(), fetch: f })\n"), "unknown", "unknown"},
		{"next", "next@16", one("Procfile", "web: next start --keepAliveTimeout 70000 -p 3000\n"), "1m10s (Procfile:1 --keepAliveTimeout 70000)", "unknown"},
		{"next by npx", "next@16", one("Procfile", "web: npx next start --keepAliveTimeout=70\n"), "70ms (Procfile:1 --keepAliveTimeout=70)", "unknown"},
		{"next standalone", "next@16", one("Procfile", "web: KEEP_ALIVE_TIMEOUT=65000 node server.js\n"), "1m5s (Procfile:1 KEEP_ALIVE_TIMEOUT=65000)", "unknown"},
		{"haproxy", "haproxy@3", one("haproxy.cfg", config), "30s (haproxy.cfg:2 timeout client 30s)", "60ms (haproxy.cfg:3 timeout server 60)"},
		{"haproxy with a closer one", "haproxy@3", one("haproxy.cfg", config+"    timeout http-keep-alive 1m\n"), "1m0s (haproxy.cfg:4 timeout http-keep-alive 1m)", "60ms (haproxy.cfg:3 timeout server 60)"},
		{"haproxy with two servers", "haproxy@3", one("haproxy.cfg", config+"backend b\n    timeout server 1h\n"), "30s (haproxy.cfg:2 timeout client 30s)", "unknown"},
	} {
		app := loadOne(t, c.runtime, c.files)
		if got := describe(app.KeepAlive); got != c.keep {
			t.Errorf("%s: idle %s, want %s %v", c.name, got, c.keep, app.Skips)
		}
		if got := describe(app.RequestTimeout); got != c.request {
			t.Errorf("%s: request %s, want %s %v", c.name, got, c.request, app.Skips)
		}
	}
}

func FuzzBunAndHAProxy(f *testing.F) {
	f.Add("Bun.serve({ ['a']: 1, idleTimeout: 2 ** 40, ...b })\nBun.serve(c)", "defaults\n\ttimeout server 9999999999d\n timeout client\ntimeout http-request 08s")
	f.Fuzz(func(t *testing.T, program, config string) {
		checkReading(t, "bun@1.4", "a.ts", program)
		checkReading(t, "haproxy@3", "haproxy.cfg", config)
	})
}
