package appconf

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/source"
)

// declared returns the settings a file decides and the skips, sorted.
func declared(a *App) []string {
	var out []string
	for _, line := range summary(a) {
		if !strings.Contains(line, " default") {
			out = append(out, line)
		}
	}
	slices.Sort(out)
	return out
}

func TestGunicornWorkerClass(t *testing.T) {
	for _, c := range []struct{ args, keepAlive, request, backlog string }{
		{"app -w 2", "0s (gunicorn 23 (sync worker) default)", "30s (gunicorn 23 (sync worker) default)", "2048 (gunicorn 23 (sync worker) default)"},
		{"app --timeout 90 --keep-alive 75", "0s (gunicorn 23 (sync worker) default)", "1m30s (Procfile:1 --timeout 90)", "2048 (gunicorn 23 (sync worker) default)"},
		{"app -t0", "0s (gunicorn 23 (sync worker) default)", "unknown", "2048 (gunicorn 23 (sync worker) default)"},
		{"app --threads 4", "2s (gunicorn 23 (gthread worker) default)", "unknown", "2048 (gunicorn 23 (gthread worker) default)"},
		{"app --threads=4 --keep-alive 75", "1m15s (Procfile:1 --keep-alive 75)", "unknown", "2048 (gunicorn 23 (gthread worker) default)"},
		{"app -k gthread --keep-alive 0", "0s (Procfile:1 --keep-alive 0)", "unknown", "2048 (gunicorn 23 (gthread worker) default)"},
		{"app -kgevent --keep 5", "5s (Procfile:1 --keep 5)", "unknown", "2048 (gunicorn 23 (gevent worker) default)"},
		{"app -k uvicorn.workers.UvicornWorker -t 120", "2s (gunicorn 23 (uvicorn worker) default)", "unknown", "2048 (gunicorn 23 (uvicorn worker) default)"},
		{"app --worker-class=uvicorn_worker.UvicornH11Worker", "2s (gunicorn 23 (uvicorn worker) default)", "unknown", "2048 (gunicorn 23 (uvicorn worker) default)"},
		{"app -k asgi --backlog 512 --keep-alive 9", "infinite (gunicorn 23 (asgi worker) default, assumed)", "unknown", "100 (gunicorn 23 (asgi worker) default, assumed)"},
		{"app -k tornado --keep-alive 9", "unknown", "unknown", "unknown"},
		{"app -k own.Worker", "unknown", "unknown", "unknown"},
		{"app -k $CLASS", "unknown", "unknown", "unknown"},
		{"app --threads $N", "unknown", "unknown", "unknown"},
		{"app -c other.py", "unknown", "unknown", "unknown"},
		{"app -c other.py -k gthread --keep-alive 9", "9s (Procfile:1 --keep-alive 9)", "unknown", "unknown"},
		{"app -c other.py -k sync", "unknown", "unknown", "unknown"},
		{"app --backlog 512", "0s (gunicorn 23 (sync worker) default)", "30s (gunicorn 23 (sync worker) default)", "512 (Procfile:1 --backlog 512)"},
		{"app --keep-alive soon -k gthread", "unknown", "unknown", "2048 (gunicorn 23 (gthread worker) default)"},
	} {
		app := loadOne(t, "gunicorn@23", map[string]string{"Procfile": "web: gunicorn " + c.args + "\n"})
		got := []string{describe(app.KeepAlive), describe(app.RequestTimeout), describe(app.ListenBacklog)}
		if diff := cmp.Diff([]string{c.keepAlive, c.request, c.backlog}, got); diff != "" {
			t.Errorf("%s: %s %v", c.args, diff, app.Skips)
		}
	}
}

func TestGunicornOptions(t *testing.T) {
	app := loadOne(t, "gunicorn@23", map[string]string{"Procfile": "release: gunicorn x -w 9\nweb: exec gunicorn -w4 --bind=:8000 -b unix:/run/a.sock --max-requests 500 --max-requests-jitter 50 --graceful-timeout=45 --worker-connections 100 --threads 2 -w 3 app\n"})
	want := []string{
		"connections 300 (Procfile:2 --worker-connections 100)",
		"listen :8000", "listen unix:/run/a.sock",
		"shutdown 45s (Procfile:2 --graceful-timeout=45)",
		"threads 2 (Procfile:2 --threads 2)",
		"worker requests 500 (Procfile:2 --max-requests 500)",
		"workers 3 (Procfile:2 -w 3)",
	}
	if diff := cmp.Diff(want, declared(app)); diff != "" {
		t.Error(diff)
	}
	none := loadOne(t, "gunicorn@23", nil)
	if got := describe(none.KeepAlive) + ", " + describe(none.RequestTimeout) + ", " + describe(none.ShutdownTimeout); got != "unknown, unknown, 30s (gunicorn 23 default)" {
		t.Errorf("without files: %s", got)
	}
	other := loadOne(t, "gunicorn@23", map[string]string{"Procfile": "web: ./start.sh\n"})
	if got := describe(other.Workers) + ", " + describe(other.ShutdownTimeout); got != "unknown, unknown" || len(other.Skips) != 1 {
		t.Errorf("another command: %s, %v", got, other.Skips)
	}
}

func TestGunicornConf(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"literals", `"""Settings.

workers = 99
"""
import multiprocessing, os
bind = ["127.0.0.1:8000", 'unix:/run/a.sock']
workers = 2 * 2 + 1  # five
worker_class = "gthread"
threads = int(os.environ.get("THREADS", 4))
timeout = 1_2
graceful_timeout = int(os.getenv('GRACE', '45'))
keepalive = (
    70
    + 5
)
backlog = 511; max_requests = 1000
def post_fork(server, worker):
    timeout = 5
    server.log.info("workers = 3")
`, []string{
			"backlog 511 (gunicorn.conf.py:16 backlog = 511)",
			"keepalive 1m15s (gunicorn.conf.py:12 keepalive = (\n    70\n    + 5\n))",
			"listen 127.0.0.1:8000", "listen unix:/run/a.sock",
			"shutdown 45s (gunicorn.conf.py:11 graceful_timeout = int(os.getenv('GRACE', '45')))",
			"threads 4 (gunicorn.conf.py:9 threads = int(os.environ.get(\"THREADS\", 4)))",
			"worker requests 1000 (gunicorn.conf.py:16 max_requests = 1000)",
			"worker timeout 12s (gunicorn.conf.py:10 timeout = 1_2)",
			"workers 5 (gunicorn.conf.py:7 workers = 2 * 2 + 1)",
		}},
		{"later wins", "workers = 2\nworkers = 3\n", []string{"workers 3 (gunicorn.conf.py:2 workers = 3)"}},
		{"names", "n = 3\nworkers = n * 2\n", []string{"workers 6 (gunicorn.conf.py:2 workers = n * 2)"}},
		{"cpu count", "workers = multiprocessing.cpu_count() * 2 + 1\n", []string{`skip "workers = multiprocessing.cpu_count() * 2 + 1": multiprocessing.cpu_count() is computed at run time`}},
		{"condition", "workers = 2\nif DEBUG:\n    workers = 1\n", []string{`skip "workers = 1": it is set under a condition`}},
		{"condition on one line", "if DEBUG: workers = 1\n", []string{`skip "if DEBUG: workers = 1": it is set under a condition`}},
		{"choice", "workers = 4 if x else 2\n", []string{`skip "workers = 4 if x else 2": computed value`}},
		{"added", "workers = 4\nworkers += 2\n", []string{`skip "workers += 2": computed value`}},
		{"several names", "workers, threads = 4, 2\n", []string{`skip "workers, threads = 4, 2": computed value`, "workers, threads"}[:1]},
		{"annotated", "workers: int = 4\n", []string{`skip "workers: int = 4": computed value`}},
		{"by a program", "workers = 2\nlocals()['workers'] = 3\n", []string{`skip "locals(": names are set by a program`}},
		{"from the environment", "workers = os.environ['N']\n", []string{`skip "workers = os.environ['N']": os.environ is not a plain value`}},
		{"or", "workers = int(os.environ.get('N') or 4)\n", []string{"workers 4 (gunicorn.conf.py:1 workers = int(os.environ.get('N') or 4))"}},
		{"no value", "workers = os.environ.get('N')\n", []string{`skip "workers = os.environ.get('N')": not a single value`}},
		{"fraction", "workers = 3 / 2\n", []string{`skip "workers = 3 / 2": not a number that is understood`}},
		{"comparison is no assignment", "workers == 3\n", nil},
		{"CRLF", "workers = 2\r\nthreads = 3\r\n", []string{"threads 3 (gunicorn.conf.py:2 threads = 3)", "workers 2 (gunicorn.conf.py:1 workers = 2)"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			app := loadOne(t, "gunicorn@23", map[string]string{"gunicorn.conf.py": c.text})
			if diff := cmp.Diff(c.want, declared(app)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestGunicornPrecedence(t *testing.T) {
	const compose = `services:
  web:
    image: web
    environment:
      WEB_CONCURRENCY: 7
      GUNICORN_CMD_ARGS: "--threads 3 --timeout 50"
    entrypoint: ["/usr/bin/tini", "--"]
    command: ["gunicorn", "-c", "deploy/gunicorn.conf.py", "--timeout", "60", "app"]
  db:
    image: postgres
`
	app := loadOne(t, "gunicorn@23", map[string]string{"compose.yml": compose, "gunicorn.conf.py": "timeout = 20\nthreads = 2\nkeepalive = 33\n"})
	want := []string{
		"keepalive 33s (gunicorn.conf.py:3 keepalive = 33)",
		`threads 3 (compose.yml:6 GUNICORN_CMD_ARGS: "--threads 3 --timeout 50")`,
		`worker timeout 1m0s (compose.yml:8 "--timeout", "60")`,
		"workers 7 (compose.yml:5 WEB_CONCURRENCY: 7)",
	}
	if diff := cmp.Diff(want, declared(app)); diff != "" {
		t.Error(diff)
	}
}

func TestCompose(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"limits", "services:\n  api:\n    mem_limit: 512mb\n    stop_grace_period: 1m30s\n    command: gunicorn app\n", []string{
			"grace 1m30s (compose.yml:4 stop_grace_period: 1m30s)", "memory 536870912 (compose.yml:3 mem_limit: 512mb)",
		}},
		{"deploy wins", "services:\n  api:\n    mem_limit: 1g\n    deploy: {resources: {limits: {memory: 2G}}}\n    command: gunicorn app\n", []string{"memory 2147483648 (compose.yml:4 memory: 2G)"}},
		{"bytes", "services: {api: {mem_limit: 1048576, command: gunicorn app}}\n", []string{"memory 1048576 (compose.yml:1 mem_limit: 1048576)"}},
		{"no limit", "services: {api: {mem_limit: 0, command: gunicorn app}}\n", nil},
		{"unknown limit", "services: {api: {mem_limit: \"${LIMIT}\", command: gunicorn app}}\n", []string{"skip \"mem_limit: \\\"${LIMIT}\\\"\": it depends on the environment variable LIMIT"}},
		{"limit with a default", "services: {api: {mem_limit: \"${LIMIT:-1g}\", command: gunicorn app}}\n", []string{`memory 1073741824 (compose.yml:1 mem_limit: "${LIMIT:-1g}")`}},
		{"merge key", "x-base: &base\n  mem_limit: 1g\nservices:\n  api:\n    <<: *base\n    command: gunicorn app -w 2\n", []string{"memory 1073741824 (compose.yml:2 mem_limit: 1g)", "workers 2 (compose.yml:6 -w 2)"}},
		{"by name", "services:\n  other: {command: gunicorn app -w 9}\n  api: {command: gunicorn app -w 2}\n", []string{"workers 2 (compose.yml:3 -w 2)"}},
		{"by command", "services:\n  db: {image: postgres}\n  web: {command: gunicorn app -w 2}\n", []string{"workers 2 (compose.yml:3 -w 2)"}},
		{"ambiguous", "services:\n  a: {command: gunicorn app}\n  b: {command: gunicorn app}\n", []string{`skip "": several services run gunicorn: name the application like its service`}},
		{"none", "services:\n  a: {command: redis}\n  b: {image: x}\n", []string{`skip "": no service is named api or runs gunicorn`}},
		{"no command", "services:\n  api: {image: x, mem_limit: 1g}\n", []string{"memory 1073741824 (compose.yml:2 mem_limit: 1g)"}},
		{"extends", "services:\n  api: {extends: {service: base}}\n", []string{`skip "extends": the command may come from another service`}},
		{"shell", "services:\n  api:\n    command: sh -c \"migrate && exec gunicorn app -w 3 --threads 2\"\n", []string{"threads 2 (compose.yml:3 --threads 2)", "workers 3 (compose.yml:3 -w 3)"}},
		{"shell list", "services:\n  api:\n    command:\n    - /bin/bash\n    - -lc\n    - gunicorn app -w 3\n", []string{"workers 3 (compose.yml:6 -w 3)"}},
		{"shell variable", "services:\n  api:\n    environment: {N: 3}\n    command: sh -c 'gunicorn app -w $$N'\n", []string{"workers 3 (compose.yml:4 -w $$N')"}},
		{"list", "services: {api: {command: [gunicorn, app, -w, 3, --threads=2]}}\n", []string{"threads 2 (compose.yml:1 --threads=2)", "workers 3 (compose.yml:1 -w, 3)"}},
		{"folded", "services:\n  api:\n    command: >-\n      gunicorn app\n      -w 3\n      --threads 2\n", []string{"threads 2 (compose.yml:6 --threads 2)", "workers 3 (compose.yml:5 -w 3)"}},
		{"variable", "services: {api: {command: \"gunicorn app -w ${N:-3} --threads ${T}\"}}\n", []string{
			`skip "--threads ${T}": it depends on the environment variable T`, `skip "--threads ${T}": the worker class is not known: it depends on the environment variable T`, "workers 3 (compose.yml:1 -w ${N:-3})",
		}},
		{"env_file", "services: {api: {env_file: .env, command: gunicorn app}}\n", []string{`skip "env_file: .env": the file that env_file names is not read`}},
		{"another program", "services: {api: {command: ./start.sh}}\n", []string{`skip "./start.sh": not one gunicorn command that is understood`}},
		{"not YAML", "services: [\n", []string{`skip "": not valid YAML`}},
		{"no services", "version: '3'\n", []string{`skip "": no services in this file`}},
		{"empty service", "services: {api: }\n", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			app := loadOne(t, "gunicorn@23", map[string]string{"compose.yml": c.text})
			if diff := cmp.Diff(c.want, declared(app)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestServersInTwoFiles(t *testing.T) {
	app := loadOne(t, "node@20", map[string]string{
		"app.js":   "const server = http.createServer(app)\nserver.keepAliveTimeout = 65000\nprocess.on('SIGTERM', () => setTimeout(process.exit, 5000))",
		"admin.js": "require('http').createServer(admin).listen(9000)",
	})
	if got := describe(app.KeepAlive) + ", " + describe(app.ShutdownTimeout); got != "unknown, 5s (app.js:3 setTimeout(process.exit, 5000))" {
		t.Errorf("%s %v", got, app.Skips)
	}
}

func TestScriptWithoutRuntime(t *testing.T) {
	apps, err := load(t, "hosts: [{apps: [{name: a, files: [app.js]}]}]\n", map[string]string{"app.js": "const server = app.listen(3000)\nserver.keepAliveTimeout = 0\n"})
	if err != nil || describe(apps[0].KeepAlive) != "infinite (app.js:2 server.keepAliveTimeout = 0)" {
		t.Errorf("%v, %v", describe(apps[0].KeepAlive), err)
	}
}

// TestLargeInput feeds every reader lines that no person wrote.
func TestLargeInput(t *testing.T) {
	long := strings.Repeat("x", 10<<20)
	deep := strings.Repeat("[", 20000)
	runtimes := map[string]string{"app.js": "node@20", "app.ts": "node@20"}
	for name, texts := range map[string][]string{
		"app.js":           {long, deep, strings.Repeat("server.keepAliveTimeout = 1;", 5000), strings.Repeat("a+", 50000), strings.Repeat("(", 50000), "let x = /" + strings.Repeat("x", 1<<20)},
		"app.ts":           {"a: b:" + long, "const server: S;" + strings.Repeat("{", 50000) + strings.Repeat("server.keepAliveTimeout = 1;", 5000)},
		"compose.yml":      {"services:\n" + manyServices(20000), "services:\n" + manyServices(900), long, deep, "services: {api: {command: \"" + strings.Repeat("gunicorn -w 2 ", 20000) + "\"}}", "services: {api: {command: '" + long + "'}}"},
		"Procfile":         {"web: " + long, "web: " + strings.Repeat("a;", 1<<17), "web: gunicorn " + strings.Repeat("-w 2 ", 1<<17)},
		"gunicorn.conf.py": {long, deep, "workers = " + strings.Repeat("(", 1<<17), strings.Repeat("workers = 1\n", 20000), "workers = " + strings.Repeat("1+", 50000)},
	} {
		for _, text := range texts {
			checkReading(t, firstText(runtimes[name], "gunicorn@23"), name, text)
		}
	}
	for _, text := range []string{long, "hosts: " + deep, "hosts: [{name: " + long + "}]", long + ": 1", "hosts: [" + strings.Repeat("{name: x, é: 1}, ", 20000) + "]"} {
		_, err := ReadConfig(source.NewFile("/tunelint.yaml", text))
		checkErrors(t, err)
	}
}

func TestLoadErrors(t *testing.T) {
	apps, err := load(t, `hosts:
- apps:
  - {name: a, runtime: nodee@20, keepalive_timeout: 9s}
  - {name: b, runtime: node@20, files: [gone.js, app.js], request_timeout: 5s}
  - {name: c, files: [app.js, style.css]}
  - {name: d, runtime: puma@6, files: [app.js]}
  - {name: e, runtime: node@20, keepalive_timeout: 5s, request_timeout: 30s, files: [app.js]}
`, map[string]string{"app.js": "const server = app.listen(3000)\nserver.timeout = 7000\nserver.keepAliveTimeout = 65000\n", "style.css": ""})
	want := []string{
		`3:15: unknown runtime "nodee", did you mean "node"?`,
		"4:41: read /repo/gone.js: file does not exist",
	}
	if diff := cmp.Diff(want, configErrors(err)); diff != "" {
		t.Error(diff)
	}
	var got []string
	for _, a := range apps {
		got = append(got, fmt.Sprintf("%s %q %s, %s, %s, %d skips, %d files", a.Name, a.RuntimeLabel, describe(a.KeepAlive), describe(a.RequestTimeout), describe(a.ListenBacklog), len(a.Skips), len(a.Files)))
		for _, d := range a.Disagreements {
			got = append(got, fmt.Sprintf("%s: %q against %q", d.Name, d.Config.Text(), d.File.Text()))
		}
	}
	wantApps := []string{
		`a "" 9s (tunelint.yaml:3 keepalive_timeout: 9s), unknown, unknown, 0 skips, 0 files`,
		`b "node 20" 1m5s (app.js:3 server.keepAliveTimeout = 65000), 5s (tunelint.yaml:4 request_timeout: 5s), unknown, 0 skips, 1 files`,
		`request_timeout: "request_timeout: 5s" against "server.timeout = 7000"`,
		`c "" 1m5s (app.js:3 server.keepAliveTimeout = 65000), 7s (app.js:2 server.timeout = 7000), unknown, 1 skips, 2 files`,
		`d "puma 6" unknown, unknown, unknown, 1 skips, 1 files`,
		`e "node 20" 5s (tunelint.yaml:7 keepalive_timeout: 5s), 30s (tunelint.yaml:7 request_timeout: 30s), 511 (node 20 default), 0 skips, 1 files`,
		`keepalive_timeout: "keepalive_timeout: 5s" against "server.keepAliveTimeout = 65000"`,
		`request_timeout: "request_timeout: 30s" against "server.timeout = 7000"`,
	}
	if diff := cmp.Diff(wantApps, got); diff != "" {
		t.Error(diff)
	}
}

// manyServices writes more services than a person does.
func manyServices(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "  s%d: {network_mode: 'service:a', image: nginx, extends: a}\n", i)
	}
	return b.String()
}
