package appconf

import "testing"

func TestGoServer(t *testing.T) {
	const head = "package main\nimport (\"net/http\"; \"time\"; \"context\")\n"
	file := func(text string) map[string]string { return one("main.go", head+text) }
	checkDeclarations(t, []declarationCase{
		{"literal", "go@1.24", file(`func main() {
	srv := &http.Server{
		Addr: ":8080",
		ReadTimeout: 10 * time.Second,
		ReadHeaderTimeout: 5 * time.Second,
		IdleTimeout: time.Minute + 15*time.Second,
		MaxHeaderBytes: 1 << 16,
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	srv.Shutdown(ctx)
}`), []string{
			"header 5s (main.go:7 ReadHeaderTimeout: 5 * time.Second)",
			"header size 65536 (main.go:9 MaxHeaderBytes: 1 << 16)",
			"keepalive 1m15s (main.go:8 IdleTimeout: time.Minute + 15*time.Second)",
			"listen :8080",
			"read 10s (main.go:6 ReadTimeout: 10 * time.Second)",
			"shutdown 20s (main.go:11 context.WithTimeout(context.Background(), 20*time.Second))",
		}},
		{"read timeout decides", "go@1.24", file("var s = http.Server{ReadTimeout: 10 * time.Second, IdleTimeout: 0}"), []string{
			"header 10s (main.go:3 ReadTimeout: 10 * time.Second)",
			"keepalive 10s (main.go:3 ReadTimeout: 10 * time.Second)",
			"read 10s (main.go:3 ReadTimeout: 10 * time.Second)",
		}},
		{"unit slip", "go@1.24", file("var s = http.Server{IdleTimeout: 60}"), []string{"keepalive 60ns (main.go:3 IdleTimeout: 60)"}},
		{"constants of another file", "go@1.24", map[string]string{"main.go": head + "var s = http.Server{IdleTimeout: idle}", "config.go": "package main\nimport t \"time\"\nconst (\n seconds = 75\n idle = t.Duration(seconds) * t.Second\n)\n"}, []string{"keepalive 1m15s (main.go:3 IdleTimeout: idle)"}},
		{"a name with two values", "go@1.24", file("const idle = 5 * time.Second\nfunc f(idle time.Duration) { _ = http.Server{IdleTimeout: idle} }"), []string{`skip "IdleTimeout: idle": computed value`}},
		{"a variable that changes", "go@1.24", file("var idle = 5 * time.Second\nfunc f() { idle = 6; _ = http.Server{IdleTimeout: idle} }"), []string{`skip "IdleTimeout: idle": computed value`}},
		{"a variable that a flag sets", "go@1.24", file("var idle = 5 * time.Second\nfunc f() { flag.DurationVar(&idle); _ = http.Server{IdleTimeout: idle} }"), []string{`skip "IdleTimeout: idle": computed value`}},
		{"environment", "go@1.24", file(`var s = http.Server{IdleTimeout: duration("IDLE", 5*time.Second)}`), []string{`skip "IdleTimeout: duration(\"IDLE\", 5*time.Second)": computed value`}},
		{"idle decides over an unknown read timeout", "go@1.24", file("var s = http.Server{ReadTimeout: x(), IdleTimeout: 5 * time.Second}"), []string{
			"keepalive 5s (main.go:3 IdleTimeout: 5 * time.Second)", `skip "ReadTimeout: x()": computed value`, `skip "ReadTimeout: x()": computed value`}},
		{"negative is never", "go@1.24", file("var s = http.Server{IdleTimeout: -1}"), []string{"keepalive infinite (main.go:3 IdleTimeout: -1)"}},
		{"set later", "go@1.24", file("func f() {\n s := &http.Server{IdleTimeout: 5 * time.Second}\n if x { s.IdleTimeout = time.Hour }\n}"), []string{`skip "s.IdleTimeout = time.Hour": it is set after the server was made`}},
		{"keep-alive switched off", "go@1.24", file("func f() {\n s := new(http.Server)\n s.SetKeepAlivesEnabled(false)\n s.ListenAndServe()\n}"), []string{`skip "s.SetKeepAlivesEnabled(false)": when the program switches keep-alive on or off is not known`}},
		{"another Server", "go@1.24", file("var s = rpc.Server{IdleTimeout: 5}\nfunc f() { http.ListenAndServe(\":1\", nil) }"), []string{"listen :1"}},
		{"two servers", "go@1.24", file("var a = http.Server{IdleTimeout: 5}\nvar b = http.Server{}"), []string{`skip "IdleTimeout: 5": another server of the application does not set it, and which one nginx speaks to is not known`}},
		{"a server beside http.ListenAndServe", "go@1.24", file("var a = http.Server{IdleTimeout: 5}\nfunc f() { http.ListenAndServe(\":8080\", nil) }"), []string{"listen :8080", `skip "IdleTimeout: 5": another server of the application does not set it, and which one nginx speaks to is not known`}},
		{"no server", "go@1.24", file("func main() {}"), []string{`skip "": no server is started here`}},
		{"gin", "gin@1", one("main.go", "package main\nfunc main() { gin.Default().Run() }"), nil},
		{"with the command line of its image", "go@1.24", map[string]string{"main.go": head + "func main() { http.ListenAndServe(\":1\", nil) }", "Dockerfile": "FROM scratch\nENTRYPOINT [\"/app\", \"-v\"]\n"}, []string{"listen :1"}},
		{"without its program", "go@1.24", one("Dockerfile", "FROM scratch\nENTRYPOINT [\"/app\", \"-v\"]\n"), []string{`skip "\"/app\", \"-v\"": not one go command that is understood`}},
		{"broken", "go@1.24", one("main.go", "package"), []string{`skip "": not valid Go`}},
	})
	app := loadOne(t, "go@1.24", file(`func main() { http.ListenAndServe(":8080", nil) }`))
	if got := describe(app.KeepAlive); got != "infinite (go 1.24 (net/http) default)" {
		t.Error(got)
	}
	app = loadOne(t, "go@1.24", file("var a = http.Server{Addr: \":9090\"}\nvar b = http.Server{Addr: \":8080\", IdleTimeout: 5 * time.Second}"), "upstream: 127.0.0.1:8080")
	if got := describe(app.KeepAlive); got != "5s (main.go:4 IdleTimeout: 5 * time.Second)" {
		t.Error(got)
	}
}
