package appconf

import "testing"

func TestUWSGI(t *testing.T) {
	checkDeclarations(t, []declarationCase{
		{"command line", "uwsgi@2", one("Procfile", "web: uwsgi --http :8000 --http-keepalive -p 4 --threads=2 -l1024 -b32768 --harakiri 30 --master --limit-post 1048576 --max-requests 500 --worker-reload-mercy 20\n"), []string{
			"backlog 1024 (Procfile:1 -l1024)",
			"body 1048576 (Procfile:1 --limit-post 1048576)",
			"header size 32768 (Procfile:1 -b32768)",
			"listen :8000",
			"request 30s (Procfile:1 --harakiri 30)",
			"shutdown 20s (Procfile:1 --worker-reload-mercy 20)",
			`skip "--http-keepalive": --http-timeout decides how long`,
			"threads 2 (Procfile:1 --threads=2)",
			"worker requests 500 (Procfile:1 --max-requests 500)",
			"workers 4 (Procfile:1 -p 4)",
		}},
		{"ini", "uwsgi@2", map[string]string{"Procfile": "web: uwsgi conf/uwsgi.ini\n", "uwsgi.ini": "[uwsgi]\n; comment\nsocket = /run/a.sock\nprocesses = 2\nprocesses = 3\nhttp-keepalive = 75\nthreads = %(x)\nif-env = A\nharakiri = 20\nendif =\n[other]\nlisten = 9\n"}, []string{
			"keepalive 1m15s (uwsgi.ini:6 http-keepalive = 75)",
			"listen unix:/run/a.sock",
			`skip "harakiri = 20": it is set under a condition`,
			`skip "threads = %(x)": a placeholder is not understood`,
			"workers 3 (uwsgi.ini:5 processes = 3)",
		}},
		{"yaml", "uwsgi@2", map[string]string{"compose.yml": "services: {api: {environment: {N: 6, UWSGI_LISTEN: 300}, command: uwsgi --yaml uwsgi.yaml}}\n", "uwsgi.yaml": "uwsgi:\n  processes: $(N)\n  harakiri: $(T)\n"}, []string{
			"backlog 300 (compose.yml:1 UWSGI_LISTEN: 300)",
			`skip "harakiri: $(T)": it depends on the environment variable T`,
			"workers 6 (uwsgi.yaml:2 processes: $(N))",
		}},
		{"no such file", "uwsgi@2", one("Procfile", "web: uwsgi --ini app.ini\n"), []string{`skip "--ini app.ini": the configuration file is not among the application's files`}},
		{"further files", "uwsgi@2", one("uwsgi.ini", "[uwsgi]\ninclude = more.ini\nworkers = 2\n"), []string{`skip "include = more.ini": options of another place are not read`, "workers 2 (uwsgi.ini:3 workers = 2)"}},
		{"two places", "uwsgi@2", map[string]string{"Procfile": "web: uwsgi uwsgi.ini -p 4\n", "uwsgi.ini": "[uwsgi]\nworkers = 2\n"}, []string{`skip "-p 4": declared differently at /repo/uwsgi.ini:2:1`}},
	})
}

func TestService(t *testing.T) {
	checkDeclarations(t, []declarationCase{
		{"command and variables", "gunicorn@23", one("api.service", "[Unit]\nDescription=x\n[Service]\nEnvironment=WEB_CONCURRENCY=3 \"GUNICORN_CMD_ARGS=--threads 2\"\nExecStart=-/srv/venv/bin/gunicorn --timeout 60 app\nTimeoutStopSec=45\n"), []string{
			"grace 45s (api.service:6 TimeoutStopSec=45)",
			`threads 2 (api.service:4 Environment=WEB_CONCURRENCY=3 "GUNICORN_CMD_ARGS=--threads 2")`,
			"worker timeout 1m0s (api.service:5 --timeout 60)",
			`workers 3 (api.service:4 Environment=WEB_CONCURRENCY=3 "GUNICORN_CMD_ARGS=--threads 2")`,
		}},
		{"replaced", "uvicorn@0.30", one("api.service", "[Service]\nExecStart=uvicorn a:a --backlog 9\nExecStart=\nExecStart=uvicorn a:a --backlog 8\n"), []string{"backlog 8 (api.service:4 --backlog 8)"}},
		{"several lines", "uvicorn@0.30", one("api.service", "# x\n[Service]\nExecStart=/usr/bin/env uvicorn a:a \\\n  --backlog 9 \\\n  --workers 2\n[Install]\nExecStart=x\n"), []string{"backlog 9 (api.service:4 --backlog 9)", "workers 2 (api.service:5 --workers 2)"}},
		{"two commands", "uvicorn@0.30", one("api.service", "[Service]\nExecStart=a\nExecStart=uvicorn a:a\n"), []string{`skip "": not one ExecStart`}},
		{"specifier", "uvicorn@0.30", one("api@.service", "[Service]\nExecStart=uvicorn a:a --backlog %i\n"), []string{`skip "--backlog %i": it depends on the name of the unit or the host`}},
		{"a file of variables", "uvicorn@0.30", one("api.service", "[Service]\nEnvironmentFile=/etc/default/api\nExecStart=uvicorn a:a --workers $N\n"), []string{
			`skip "--workers $N": it depends on the environment variable N`,
			`skip "EnvironmentFile=/etc/default/api": variables come from a file that is not read`,
		}},
		{"time without a number", "uvicorn@0.30", one("api.service", "[Service]\nExecStart=uvicorn a:a\nTimeoutStopSec=soon\n"), []string{`skip "TimeoutStopSec=soon": not a number that is understood`}},
	})
}
