package appconf

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source/realpart"
)

func TestEnvFiles(t *testing.T) {
	const env = "# a comment\nexport WORKERS=3 # three\nTHREADS = '4'\nKEEP=\"70\"\nBAD=$OTHER\n"
	const command = "gunicorn -w $$WORKERS --threads $$THREADS app"
	compose := func(service string) string {
		return "services: {api: {command: sh -c '" + command + "', env_file: " + service + "}}\n"
	}
	at := func(file string) []string {
		return []string{"threads 4 (" + file + ":1 '" + command + "')", "workers 3 (" + file + ":1 -w $$WORKERS --threads $$THREADS app')"}
	}
	checkDeclarations(t, []declarationCase{
		{"compose", "gunicorn@23", map[string]string{"compose.yml": compose(".env"), ".env": env}, at("compose.yml")},
		{"list", "gunicorn@23", map[string]string{"compose.yml": compose("[./a.env, {path: .env.local, required: false}]"), "a.env": "WORKERS=9\n", ".env.local": env}, at("compose.yml")},
		{"environment wins", "gunicorn@23", map[string]string{"compose.yml": "services: {api: {command: gunicorn app, environment: {WEB_CONCURRENCY: 5}, env_file: .env}}\n", ".env": "WEB_CONCURRENCY=6\n"}, []string{"workers 5 (compose.yml:1 WEB_CONCURRENCY: 5)"}},
		{"from the file", "gunicorn@23", map[string]string{"compose.yml": "services: {api: {command: gunicorn app, env_file: .env}}\n", ".env": "WEB_CONCURRENCY=6\n"}, []string{"workers 6 (.env:1 WEB_CONCURRENCY=6)"}},
		{"a variable in it", "gunicorn@23", map[string]string{"compose.yml": "services: {api: {command: gunicorn app, env_file: .env}}\n", ".env": "WEB_CONCURRENCY=$N\n"}, []string{`skip "WEB_CONCURRENCY=$N": variables and escapes in a file of variables are not evaluated`}},
		{"quotes", "gunicorn@23", map[string]string{"compose.yml": "services: {api: {command: gunicorn app, env_file: .env}}\n", ".env": "WEB_CONCURRENCY='6\n"}, []string{`skip "WEB_CONCURRENCY='6": the quotes are not understood`}},
		{"one is missing", "gunicorn@23", map[string]string{"compose.yml": "services: {api: {command: gunicorn app, env_file: [.env, other.env]}}\n", ".env": "WEB_CONCURRENCY=6\n"}, []string{`skip "env_file: [.env, other.env]": the file that env_file names is not read`}},
		{"nobody names it", "gunicorn@23", map[string]string{"Procfile": "web: gunicorn -w 2 app\n", ".env": "WEB_CONCURRENCY=6\n"}, []string{`skip "": who reads this file of variables is not known`, "workers 2 (Procfile:1 -w 2)"}},
		{"unit", "gunicorn@23", map[string]string{"api.service": "[Service]\nEnvironmentFile=-/etc/api.env\nEnvironment=WEB_CONCURRENCY=2\nExecStart=gunicorn app\n", "api.env": "WEB_CONCURRENCY=6\n"}, []string{"workers 6 (api.env:1 WEB_CONCURRENCY=6)"}},
	})
}

// TestUnitTimeAsSystemdReadsIt asks systemd what times mean.
func TestUnitTimeAsSystemdReadsIt(t *testing.T) {
	realpart.Need(t, "systemd-analyze")
	for _, text := range []string{"45", "1min 30s", "1min30s", "2h", "2 hours 3 minutes", "500ms", "90sec", "1m"} {
		out, err := exec.Command("systemd-analyze", "timespan", text).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %s", text, out)
		}
		_, rest, _ := strings.Cut(string(out), "s: ")
		micros, _, _ := strings.Cut(rest, "\n")
		want, _ := syntax.ReadPlain(micros)
		if got, ok := readUnitTime(text); !ok || got != want*1000 {
			t.Errorf("%s: %d, systemd says %s μs", text, got, micros)
		}
	}
}
