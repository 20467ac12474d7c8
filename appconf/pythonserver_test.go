package appconf

import "testing"

func TestPythonPrograms(t *testing.T) {
	const runtime, head = "uvicorn@0.30", "import os, uvicorn\n"
	file := func(text string) map[string]string { return one("main.py", head+text) }
	checkDeclarations(t, []declarationCase{
		{"uvicorn.run", runtime, file(`
app = FastAPI()
KEEP = 60 + 15

if __name__ == "__main__":
    workers = int(os.environ.get("WORKERS", 2))
    uvicorn.run(
        "main:app",  # a comment, with (brackets
        host="0.0.0.0", port=8000,
        timeout_keep_alive=KEEP, workers=workers,
        backlog=1_024, limit_concurrency=None,
        ws_ping_interval=30.5,
    )
`), []string{
			"backlog 1024 (main.py:12 backlog=1_024)",
			"keepalive 1m15s (main.py:11 timeout_keep_alive=KEEP)",
			"listen 0.0.0.0:8000",
			"ping 30.5s (main.py:13 ws_ping_interval=30.5)",
			"workers 2 (main.py:11 workers=workers)",
		}},
		{"other names", runtime, one("main.py", "import uvicorn as u\nfrom uvicorn import run as start\nu.run(app, timeout_keep_alive=9)\n"), []string{"keepalive 9s (main.py:3 timeout_keep_alive=9)"}},
		{"imported", runtime, one("main.py", "from uvicorn import Config, Server\nserver = Server(Config(app, timeout_keep_alive=9))\n"), []string{"keepalive 9s (main.py:2 timeout_keep_alive=9)"}},
		{"in a function", runtime, file("KEEP = 9\nkeep = 7\ndef main(keep):\n    uvicorn.run(app, timeout_keep_alive=KEEP, backlog=keep)\n"), []string{
			"keepalive 9s (main.py:5 timeout_keep_alive=KEEP)", `skip "backlog=keep": keep is not a plain value`}},
		{"no pings", runtime, file("uvicorn.run(app, ws_ping_interval=None)"), nil},
		{"computed", runtime, file("uvicorn.run(app, timeout_keep_alive=settings.keep)"), []string{`skip "timeout_keep_alive=settings.keep": settings.keep is not a plain value`}},
		{"several values", runtime, file("KEEP = 5\nKEEP = 6\nuvicorn.run(app, timeout_keep_alive=KEEP)"), []string{`skip "timeout_keep_alive=KEEP": KEEP has several values`}},
		{"spread", runtime, file("uvicorn.run(app, timeout_keep_alive=9, **options)"), []string{
			`skip "**options": options come from a mapping that is not read`, `skip "timeout_keep_alive=9": the options are not all known`}},
		{"condition", runtime, file("if debug:\n    uvicorn.run(app, timeout_keep_alive=9)\n"), []string{
			`skip "timeout_keep_alive=9": the options are not all known`, `skip "uvicorn.run(app, timeout_keep_alive=9)": the server is started under a condition`}},
		{"two servers", runtime, file("uvicorn.run(a, port=1, timeout_keep_alive=9)\nuvicorn.run(b, port=2)\n"), []string{
			"listen 1", "listen 2", `skip "timeout_keep_alive=9": another server of the application does not set it, and which one nginx speaks to is not known`}},
		{"in a comment", runtime, file("# uvicorn.run(app, timeout_keep_alive=9)\ns = 'uvicorn.run(app, backlog=9)'\n"), []string{`skip "": no server is started here`}},
		{"the command line starts it", runtime, map[string]string{"main.py": head + "if __name__ == '__main__':\n    uvicorn.run(app, timeout_keep_alive=9)\n", "Procfile": "web: uvicorn main:app --backlog 99\n"}, []string{"backlog 99 (Procfile:1 --backlog 99)"}},
		{"the command line starts the program", runtime, map[string]string{"main.py": head + "uvicorn.run(app, timeout_keep_alive=9)\n", "Procfile": "web: python -u src/main.py\n"}, []string{"keepalive 9s (main.py:2 timeout_keep_alive=9)"}},
		{"the command line starts another program", runtime, map[string]string{"main.py": head + "uvicorn.run(app, timeout_keep_alive=9)\n", "Procfile": "web: python run.py\n"}, []string{
			"keepalive 9s (main.py:2 timeout_keep_alive=9)", `skip "python run.py": not one uvicorn command that is understood`}},
		{"waitress", "waitress@3", one("main.py", "from waitress import serve\nserve(app, listen='*:8080', threads=8, channel_timeout=60)\n"), []string{
			"keepalive 1m0s (main.py:2 channel_timeout=60)", "listen *:8080", "threads 8 (main.py:2 threads=8)"}},
		{"another serve", "waitress@3", one("main.py", "from paste import serve\nserve(app, threads=8)\n"), []string{`skip "": no server is started here`}},
	})
	app := loadOne(t, runtime, file("uvicorn.run(app, ssl_keyfile='k.pem')"))
	if got := app.Speaks.Value.words() + describeOrigin(app.Speaks.Origin); got != " tls (main.py:2 ssl_keyfile='k.pem')" {
		t.Error(got)
	}
}

func TestHypercornConf(t *testing.T) {
	const runtime = "hypercorn@0.17"
	checkDeclarations(t, []declarationCase{
		{"TOML", runtime, one("hypercorn.toml", "bind = [\"0.0.0.0:8000\"]\nkeep_alive_timeout = 75 # s\nworkers = 4\n[other]\nbacklog = 5\n"), []string{
			"keepalive 1m15s (hypercorn.toml:2 keep_alive_timeout = 75)", "listen 0.0.0.0:8000", "workers 4 (hypercorn.toml:3 workers = 4)"}},
		{"TOML that the command line names", runtime, map[string]string{"hypercorn.toml": "keep_alive_timeout = 75.5\nbacklog = 300\n", "Procfile": "web: hypercorn -c conf/hypercorn.toml --backlog 500 a:a\n"}, []string{
			"backlog 500 (Procfile:1 --backlog 500)", "keepalive 1m15.5s (hypercorn.toml:1 keep_alive_timeout = 75.5)"}},
		{"TOML that nothing names", runtime, map[string]string{"hypercorn.toml": "keep_alive_timeout = 75\n", "Procfile": "web: hypercorn a:a\n"}, []string{
			`skip "keep_alive_timeout = 75": the command line does not name this file`}},
		{"broken TOML", runtime, one("hypercorn.toml", "backlog = \n"), []string{`skip "": not valid TOML`}},
		{"a TOML value of another type", runtime, one("hypercorn.toml", "backlog = true\n"), []string{`skip "backlog = true": not a number or text`}},
		{"file:", runtime, map[string]string{"conf.py": "workers = 2\nkeep_alive_timeout = 9\n", "Procfile": "web: hypercorn -c file:conf.py a:a\n"}, []string{
			"keepalive 9s (conf.py:2 keep_alive_timeout = 9)", "workers 2 (conf.py:1 workers = 2)"}},
		{"python:", runtime, map[string]string{"conf.py": "workers = 2\n", "Procfile": "web: hypercorn --config python:app.conf a:a\n"}, []string{"workers 2 (conf.py:1 workers = 2)"}},
		{"python: of an object", runtime, map[string]string{"conf.py": "workers = 2\n", "Procfile": "web: hypercorn --config python:conf.object a:a\n"}, []string{
			`skip "--config python:conf.object": the configuration file is not among the application's files`, "workers 2 (conf.py:1 workers = 2)"}},
		{"Config()", runtime, one("main.py", "from hypercorn.config import Config\nconfig = Config()\nconfig.bind = ['127.0.0.1:8000']\nconfig.keep_alive_timeout = 60 + 15\nif x:\n    config.backlog = 9\n"), []string{
			"keepalive 1m15s (main.py:4 config.keep_alive_timeout = 60 + 15)", "listen 127.0.0.1:8000", `skip "config.backlog = 9": it is set under a condition`}},
		{"Config() of a mapping", runtime, one("main.py", "from hypercorn.config import Config\nconfig = Config.from_mapping(x)\n"), []string{`skip "config = Config.from_mapping(x)": options come from an object that is not read`}},
		{"Config() of a file", runtime, map[string]string{"main.py": "from hypercorn.config import Config\nconfig = Config.from_toml('h.toml')\n", "h.toml": "workers = 3\n"}, []string{"workers 3 (h.toml:1 workers = 3)"}},
		{"a program that the command line starts", runtime, map[string]string{"main.py": "import hypercorn\nc = hypercorn.Config()\nc.workers = 3\n", "Procfile": "web: python main.py\n"}, []string{"workers 3 (main.py:3 c.workers = 3)"}},
		{"a program beside a command", runtime, map[string]string{"main.py": "import hypercorn\nc = hypercorn.Config()\nc.workers = 3\n", "Procfile": "web: hypercorn a:a\n"}, []string{`skip "c.workers = 3": the command line does not name this file`}},
	})
}
