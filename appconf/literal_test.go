package appconf

import (
	"strings"
	"testing"
	"time"

	"github.com/tunelint/tunelint/source"
)

// TestLiteral rewrites the numbers of every kind of file and reads them again: the
// notation stays, and nothing but the setting changes.
func TestLiteral(t *testing.T) {
	const s = int64(time.Second)
	server := "const http = require('http')\nconst server = http.createServer(handler)\n"
	for _, c := range []struct {
		name, runtime, file, text, setting string
		value                              int64
		old, new                           string // "" where it must be refused
	}{
		{"JavaScript", "node@20", "index.js", server + "server.keepAliveTimeout = 5000 // ms\nserver.listen(3000)\n", "keepalive_timeout", 75 * s, "5000", "75000"},
		{"JavaScript with underscores", "node@20", "index.js", server + "server.keepAliveTimeout = 60_000;\n", "keepalive_timeout", 1200 * s, "60_000", "1_200_000"},
		{"underscores no longer needed", "node@20", "index.js", server + "server.keepAliveTimeout = 60_000;\n", "keepalive_timeout", s / 2, "60_000", "500"},
		{"JavaScript computes", "node@20", "index.js", server + "server.keepAliveTimeout = 60 * 1000\n", "keepalive_timeout", 75 * s, "", ""},
		{"JavaScript with a name", "node@20", "index.js", server + "const t = 5000\nserver.keepAliveTimeout = t\n", "keepalive_timeout", 75 * s, "", ""},
		{"a variable with a fallback", "node@20", "index.js", server + "server.keepAliveTimeout = parseInt(process.env.KEEP, 10) || 5000\n", "keepalive_timeout", 75 * s, "", ""},
		{"said twice", "node@20", "index.js", server + "server.keepAliveTimeout = 5000\nserver.keepAliveTimeout = 5000\n", "keepalive_timeout", 75 * s, "", ""},
		{"gunicorn", "gunicorn-sync@21", "gunicorn.conf.py", "bind = ':8000'\ntimeout = 120\n", "request_timeout", 25 * s, "120", "25"},
		{"gunicorn with underscores", "gunicorn-sync@21", "gunicorn.conf.py", "timeout = 1_200\n", "request_timeout", 1000 * s, "1_200", "1_000"},
		{"gunicorn from the environment", "gunicorn-sync@21", "gunicorn.conf.py", "import os\ntimeout = int(os.environ.get('T', 120))\n", "request_timeout", 25 * s, "", ""},
		{"the command line", "gunicorn@21", "Procfile", "web: gunicorn --timeout 90 app:app\n", "request_timeout", 25 * s, "90", "25"},
		{"the command line with a sign", "gunicorn@21", "Procfile", "web: gunicorn --timeout=90 app:app\n", "request_timeout", 25 * s, "90", "25"},
		{"php-fpm", "php-fpm@8.2", "www.conf", "[www]\nlisten = 9000\npm = static\npm.max_children = 5\nrequest_terminate_timeout = 50s\n", "request_timeout", 20 * s, "50", "20"},
		{"php-fpm in minutes", "php-fpm@8.2", "www.conf", "[www]\nlisten = 9000\npm = static\npm.max_children = 5\nrequest_terminate_timeout = 2m\n", "request_timeout", 60 * s, "2", "1"},
		{"not a number of minutes", "php-fpm@8.2", "www.conf", "[www]\nlisten = 9000\npm = static\npm.max_children = 5\nrequest_terminate_timeout = 2m\n", "request_timeout", 90 * s, "", ""},
		{"YAML", "spring-boot-tomcat@3", "application.yml", "server:\n  tomcat:\n    keep-alive-timeout: 20s # idle\n", "keepalive_timeout", 75 * s, "20", "75"},
		{"YAML in milliseconds", "spring-boot-tomcat@3", "application.yml", "server:\n  tomcat:\n    keep-alive-timeout: 20000\n", "keepalive_timeout", 75 * s, "20000", "75000"},
		{"YAML in quotes", "spring-boot-tomcat@3", "application.yml", "server:\n  tomcat:\n    keep-alive-timeout: \"20s\"\n", "keepalive_timeout", 75 * s, "20", "75"},
		{"YAML with an anchor", "spring-boot-tomcat@3", "application.yml", "server:\n  tomcat:\n    keep-alive-timeout: &t 20s\n", "keepalive_timeout", 75 * s, "", ""},
		{"a placeholder", "spring-boot-tomcat@3", "application.yml", "server:\n  tomcat:\n    keep-alive-timeout: ${KEEP:20s}\n", "keepalive_timeout", 75 * s, "", ""},
		{"properties", "spring-boot-tomcat@3", "application.properties", "server.tomcat.keep-alive-timeout=20s\r\n", "keepalive_timeout", 75 * s, "20", "75"},
		{"XML", "tomcat@10", "server.xml", "<Server><Service><Connector port=\"8080\" keepAliveTimeout=\"20000\"/></Service></Server>\n", "keepalive_timeout", 75 * s, "20000", "75000"},
		{"uwsgi", "uwsgi@2.0", "uwsgi.ini", "[uwsgi]\nharakiri = 20\n", "request_timeout", 10 * s, "20", "10"},
		{"Go", "go-net-http@1.22", "main.go", "package main\n\nimport (\n\t\"net/http\"\n\t\"time\"\n)\n\nfunc main() {\n\ts := &http.Server{Addr: \":3000\", IdleTimeout: 20 * time.Second}\n\ts.ListenAndServe()\n}\n", "keepalive_timeout", 75 * s, "20", "75"},
		{"one of Go decides two", "go-net-http@1.22", "main.go", "package main\n\nimport (\n\t\"net/http\"\n\t\"time\"\n)\n\nfunc main() {\n\ts := &http.Server{Addr: \":3000\", ReadTimeout: 20 * time.Second}\n\ts.ListenAndServe()\n}\n", "keepalive_timeout", 75 * s, "", ""},
		{"JSON of a time", "kestrel@8", "appsettings.json", "{\"Kestrel\": {\"Limits\": {\"KeepAliveTimeout\": \"00:02:10\"}}}\n", "keepalive_timeout", 75 * s, "", ""},
		{"times the workers", "gunicorn-gevent@21", "Procfile", "web: gunicorn -k gevent --workers 2 --worker-connections 500 app:app\n", "max_connections", 2000, "", ""},
		{"zero", "node@20", "index.js", server + "server.keepAliveTimeout = 0\n", "keepalive_timeout", 75 * s, "", ""},
		{"a default", "node@20", "index.js", server, "keepalive_timeout", 75 * s, "", ""},
		{"a variable of compose", "node@20", "compose.yaml", "services:\n  api:\n    image: node\n    environment:\n      KEEP_ALIVE: 5000\n    command: node index.js\n", "keepalive_timeout", 75 * s, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := map[string]string{c.file: c.text}
			before := loadOne(t, c.runtime, files)
			text, ok := rewritten(t, before, c.runtime, c.file, c.setting, c.value)
			want := ""
			if c.new != "" {
				want = strings.Replace(c.text, c.old, c.new, 1)
			}
			if ok != (c.new != "") || text != want {
				t.Errorf("%v %q, want %q", ok, text, want)
			}
		})
	}
}

// rewritten gives a setting another value and checks that nothing else differs.
func rewritten(t *testing.T, app *App, runtime, file, setting string, value int64) (text string, ok bool) {
	t.Helper()
	l, ok := app.LiteralOf(setting)
	if !ok {
		return "", false
	}
	edit, ok := l.Set(value)
	if !ok {
		return "", false
	}
	text = source.Apply(l.Span.File, []source.Edit{edit})
	after := loadOne(t, runtime, map[string]string{file: text})
	if !OnlyDiffers([]*App{app}, []*App{after}, app, setting, value) {
		return "", false
	}
	return text, true
}

// What tunelint.yaml says is never rewritten.
func TestLiteralOfConfig(t *testing.T) {
	app := loadOne(t, "node@20", map[string]string{"index.js": "require('http').createServer(x).listen(1)\n"}, "keepalive_timeout: 5s")
	if l, ok := app.LiteralOf("keepalive_timeout"); ok {
		t.Errorf("%s", l.Span)
	}
	if l, ok := app.LiteralOf("no_such_setting"); ok {
		t.Errorf("%s", l.Span)
	}
}

// Two applications that share a file share the figure.
func TestOnlyDiffersShared(t *testing.T) {
	config := "hosts:\n- apps:\n  - {name: a, runtime: gunicorn-sync@21, files: [gunicorn.conf.py]}\n  - {name: b, runtime: gunicorn-sync@21, files: [gunicorn.conf.py]}\n"
	apps := func(text string) []*App {
		list, err := load(t, config, map[string]string{"gunicorn.conf.py": text})
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	before, after := apps("timeout = 120\n"), apps("timeout = 25\n")
	if OnlyDiffers(before, after, before[0], "request_timeout", int64(25*time.Second)) {
		t.Error("the other application changes too")
	}
	if !OnlyDiffers(before[:1], after[:1], before[0], "request_timeout", int64(25*time.Second)) {
		t.Error("one alone is refused")
	}
}
