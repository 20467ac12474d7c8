package appconf

import "testing"

func TestDockerfile(t *testing.T) {
	checkDeclarations(t, []declarationCase{
		{"exec form", "gunicorn@23", one("Dockerfile", "FROM python:3.12\nCMD [\"gunicorn\", \"-w\", \"3\", \"--threads=2\", \"app\"]\n"), []string{
			"threads 2 (Dockerfile:2 \"--threads=2\")", "workers 3 (Dockerfile:2 \"-w\", \"3\")",
		}},
		{"exec form expands nothing", "gunicorn@23", one("Dockerfile", "FROM python\nENV N=3\nCMD [\"gunicorn\", \"-w\", \"$N\", \"app\"]\n"), []string{
			`skip "\"-w\", \"$N\"": not a number that is understood`,
		}},
		{"shell form", "gunicorn@23", one("Dockerfile", "FROM python\nARG N=4\nENV WORKERS=$N \\\n    # a comment\n    OTHER=\"a b\"\nCMD exec gunicorn \\\n  -w $WORKERS \\\n  --threads ${T:-2} app\n"), []string{
			"threads 2 (Dockerfile:8 --threads ${T:-2})", "workers 4 (Dockerfile:7 -w $WORKERS)",
		}},
		{"unknown variable", "gunicorn@23", one("Dockerfile", "FROM python\nARG N\nENV WORKERS $N\nCMD gunicorn -w $WORKERS app\n"), []string{
			`skip "-w $WORKERS": it depends on the environment variable WORKERS`,
		}},
		{"entrypoint and command", "gunicorn@23", one("Dockerfile", "FROM python\nENTRYPOINT [\"tini\", \"--\", \"gunicorn\"]\nCMD [\"-w\", \"2\", \"app\"]\n"), []string{"workers 2 (Dockerfile:3 \"-w\", \"2\")"}},
		{"entrypoint in shell form ignores the command", "gunicorn@23", one("Dockerfile", "FROM python\nENTRYPOINT gunicorn -w 5 app\nCMD [\"-w\", \"2\"]\n"), []string{"workers 5 (Dockerfile:2 -w 5)"}},
		{"last stage", "gunicorn@23", one("Dockerfile", "FROM python AS base\nENV GUNICORN_CMD_ARGS='--threads 3'\nCMD gunicorn -w 9 app\nFROM node AS assets\nCMD node x\nFROM base\nCMD gunicorn -w 2 app\n"), []string{
			"threads 3 (Dockerfile:2 GUNICORN_CMD_ARGS='--threads 3')", "workers 2 (Dockerfile:7 -w 2)",
		}},
		{"inherited command", "gunicorn@23", one("Dockerfile", "FROM python AS base\nCMD gunicorn -w 9 app\nFROM base\nRUN x\n"), []string{"workers 9 (Dockerfile:2 -w 9)"}},
		{"entrypoint clears an inherited command", "gunicorn@23", one("Dockerfile", "FROM python AS base\nCMD [\"-w\", \"9\"]\nFROM base\nENTRYPOINT [\"gunicorn\", \"app\"]\n"), nil},
		{"here-document", "gunicorn@23", one("Dockerfile", "FROM python\nRUN <<EOF\nCMD gunicorn -w 9 app\nEOF\nCMD gunicorn -w 2 app\n"), []string{"workers 2 (Dockerfile:5 -w 2)"}},
		{"CRLF", "gunicorn@23", one("Dockerfile", "FROM python\r\nCMD gunicorn \\\r\n -w 2 app\r\n"), []string{"workers 2 (Dockerfile:3 -w 2)"}},
		{"command of the base image", "gunicorn@23", one("Dockerfile", "FROM tiangolo/x:1\nENV A=1\n"), []string{`skip "tiangolo/x:1": the command comes from the base image`}},
		{"a script", "gunicorn@23", one("Dockerfile", "FROM python\nENTRYPOINT [\"/start.sh\"]\nCMD [\"gunicorn\", \"app\"]\n"), []string{`skip "\"/start.sh\"]\nCMD [\"gunicorn\", \"app\"": not one gunicorn command that is understood`}},
		{"empty", "gunicorn@23", one("Dockerfile", "# nothing\n"), []string{`skip "": no such stage in the Dockerfile`}},
		{"backtick", "gunicorn@23", one("Dockerfile", "# escape=`\nFROM x\nCMD gunicorn -w 2\n"), []string{`skip "": another escape character is not read`}},
		{"node", "node@20", one("Dockerfile", "FROM node:20\nENV NODE_OPTIONS=--max-http-header-size=32768\nCMD [\"node\", \"app.js\"]\n"), []string{"header size 32768 (Dockerfile:2 NODE_OPTIONS=--max-http-header-size=32768)"}},
	})
}

func TestDockerfileAndCompose(t *testing.T) {
	const dockerfile = "FROM python AS dev\nCMD gunicorn -w 1 app\nFROM python AS prod\nARG N=5\nENV WEB_CONCURRENCY=$N THREADS=2\nENTRYPOINT [\"gunicorn\", \"--threads=4\", \"-k\", \"gthread\"]\nCMD [\"--keep-alive\", \"70\", \"app\"]\n"
	both := func(compose string) map[string]string {
		return map[string]string{"Dockerfile": dockerfile, "compose.yml": compose}
	}
	threads := `threads 4 (Dockerfile:6 "--threads=4")`
	checkDeclarations(t, []declarationCase{
		{"command of the image", "gunicorn@23", both("services: {api: {build: .}}\n"), []string{
			`keepalive 1m10s (Dockerfile:7 "--keep-alive", "70")`, threads, "workers 5 (Dockerfile:5 WEB_CONCURRENCY=$N THREADS=2)",
		}},
		{"command of the service", "gunicorn@23", both("services: {api: {build: ., command: --keep-alive 65 app, environment: [WEB_CONCURRENCY=7]}}\n"), []string{
			"keepalive 1m5s (compose.yml:1 --keep-alive 65)", threads, "workers 7 (compose.yml:1 WEB_CONCURRENCY=7)",
		}},
		{"entrypoint of the service", "gunicorn@23", both("services: {api: {build: ., entrypoint: gunicorn app -w 2}}\n"), []string{"workers 2 (compose.yml:1 -w 2)"}},
		{"stage", "gunicorn@23", both("services: {api: {build: {context: ., target: dev}}}\n"), []string{"workers 1 (Dockerfile:2 -w 1)"}},
		{"no such stage", "gunicorn@23", both("services: {api: {build: {target: x}}}\n"), []string{`skip "{build: {target: x}}": no such stage in the Dockerfile`}},
		{"argument", "gunicorn@23", both("services: {api: {build: {args: {N: 9}}}}\n"), []string{
			`keepalive 1m10s (Dockerfile:7 "--keep-alive", "70")`, threads, "workers 9 (Dockerfile:5 WEB_CONCURRENCY=$N THREADS=2)",
		}},
		{"another Dockerfile", "gunicorn@23", both("services: {api: {build: {dockerfile: docker/api.Dockerfile}}}\n"), []string{
			`skip "dockerfile: docker/api.Dockerfile": this Dockerfile is not among the application's files`,
		}},
	})
}
