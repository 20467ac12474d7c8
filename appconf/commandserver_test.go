package appconf

import "testing"

func TestCommandServers(t *testing.T) {
	checkDeclarations(t, []declarationCase{
		{"uvicorn", "uvicorn@0.30", one("Procfile", "web: python3 -m uvicorn app:app --timeout-keep-alive 75 --timeout-graceful-shutdown=20 --backlog 512 --workers 2 --limit-concurrency 100 --limit-max-requests 1000 --host 0.0.0.0 --port 8000\n"), []string{
			"backlog 512 (Procfile:1 --backlog 512)",
			"connections 200 (Procfile:1 --limit-concurrency 100)",
			"keepalive 1m15s (Procfile:1 --timeout-keep-alive 75)",
			"listen 0.0.0.0:8000",
			"shutdown 20s (Procfile:1 --timeout-graceful-shutdown=20)",
			"worker requests 1000 (Procfile:1 --limit-max-requests 1000)",
			"workers 2 (Procfile:1 --workers 2)",
		}},
		{"uvicorn takes no option that is cut short", "uvicorn@0.30", one("Procfile", "web: uvicorn app:app --timeout-keep 75\n"), nil},
		{"uvicorn's variables", "uvicorn@0.30", one("compose.yml", "services:\n  api:\n    environment:\n      UVICORN_TIMEOUT_KEEP_ALIVE: 65\n      WEB_CONCURRENCY: 3\n      UVICORN_BACKLOG:\n    command: uvicorn app:app --uds /run/a.sock\n"), []string{
			"keepalive 1m5s (compose.yml:4 UVICORN_TIMEOUT_KEEP_ALIVE: 65)",
			"listen unix:/run/a.sock",
			`skip "UVICORN_BACKLOG": it is passed on from the environment compose runs in`,
			"workers 3 (compose.yml:5 WEB_CONCURRENCY: 3)",
		}},
		{"a file of variables", "uvicorn@0.30", one("compose.yml", "services: {api: {env_file: .env, command: uvicorn app:app --backlog 9}}\n"), []string{
			"backlog 9 (compose.yml:1 --backlog 9)",
			`skip "env_file: .env": the file that env_file names is not read`,
			`skip "env_file: .env": variables come from a file that is not read`,
		}},
		{"size of the header without h11", "uvicorn@0.30", one("Procfile", "web: uvicorn a:a --h11-max-incomplete-event-size 65536\n"), []string{
			`skip "--h11-max-incomplete-event-size 65536": it counts with --http h11 only`,
		}},
		{"size of the header", "uvicorn@0.30", one("Procfile", "web: uvicorn a:a --http h11 --h11-max-incomplete-event-size 65536\n"), []string{
			"header size 65536 (Procfile:1 --h11-max-incomplete-event-size 65536)",
		}},
		{"another program", "uvicorn@0.30", one("Procfile", "web: fastapi run app.py\n"), []string{
			`skip "fastapi run app.py": not one uvicorn command that is understood`,
		}},
		{"hypercorn", "hypercorn@0.17", one("Procfile", "web: hypercorn -b 0.0.0.0:8000 -w2 --keep-alive 75 --graceful-timeout 10 --backlog=300 app:app\n"), []string{
			"backlog 300 (Procfile:1 --backlog=300)",
			"keepalive 1m15s (Procfile:1 --keep-alive 75)",
			"listen 0.0.0.0:8000",
			"shutdown 10s (Procfile:1 --graceful-timeout 10)",
			"workers 2 (Procfile:1 -w2)",
		}},
		{"hypercorn's file", "hypercorn@0.17", one("Procfile", "web: hypercorn -c conf.toml app:app\n"), []string{
			`skip "-c conf.toml": the configuration file is not among the application's files`,
		}},
		{"waitress", "waitress@3", one("Procfile", "web: waitress-serve --listen=*:8080 --threads=8 --channel-timeout 60 --connection-limit=500 --max-request-body-size=1048576 app:app\n"), []string{
			"body 1048576 (Procfile:1 --max-request-body-size=1048576)",
			"connections 500 (Procfile:1 --connection-limit=500)",
			"keepalive 1m0s (Procfile:1 --channel-timeout 60)",
			"listen *:8080",
			"threads 8 (Procfile:1 --threads=8)",
		}},
		{"daphne", "daphne@4", one("Procfile", "web: daphne -t 60 -p 8001 app:app\n"), []string{
			"listen 8001",
			"request 1m0s (Procfile:1 -t 60)",
		}},
		{"daphne's endpoint", "daphne@4", one("Procfile", "web: daphne -e tcp:port=8000:backlog=99 app:app\n"), []string{
			`skip "-e tcp:port=8000:backlog=99": endpoint descriptions are not evaluated`,
			`skip "-e tcp:port=8000:backlog=99": endpoint descriptions are not evaluated`,
		}},
		{"granian", "granian@2", one("Procfile", "web: granian --workers 4 --backlog 2048 --no-http1-keep-alive app:app\n"), []string{
			"backlog 2048 (Procfile:1 --backlog 2048)",
			"keepalive 0s (Procfile:1 --no-http1-keep-alive)",
			"workers 4 (Procfile:1 --workers 4)",
		}},
	})
}
