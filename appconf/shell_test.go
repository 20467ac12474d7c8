package appconf

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/appconf/preset"
	"github.com/tunelint/tunelint/appconf/shellwords"
	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/source/realpart"
)

func TestShellFiles(t *testing.T) {
	const runtime = "gunicorn@23"
	script := func(text string) map[string]string {
		return map[string]string{"entrypoint.sh": "#!/bin/sh\n" + text, "Procfile": "web: ./entrypoint.sh\n"}
	}
	docker := func(text, args string) map[string]string {
		return map[string]string{"entrypoint.sh": "#!/bin/sh\n" + text, "Dockerfile": "FROM python\nENTRYPOINT [\"/usr/bin/tini\", \"--\", \"/app/entrypoint.sh\"]\nCMD " + args + "\n"}
	}
	workers := func(place string) []string { return []string{"workers 3 (" + place + ")"} }
	checkDeclarations(t, []declarationCase{
		{"exec", runtime, script("set -euo pipefail\ncd /app || exit 1\npython manage.py migrate --noinput\nexec gunicorn app -w 3\necho gunicorn x -w 9\n"), workers("entrypoint.sh:5 -w 3")},
		{"lines that go on", runtime, script("exec gunicorn app \\\n  -w 3 \\\n  --threads 2\n"), []string{"threads 2 (entrypoint.sh:4 --threads 2)", "workers 3 (entrypoint.sh:3 -w 3)"}},
		{"exported default", runtime, script("export N=\"${N:-3}\"\nexec gunicorn app -w $N\n"), workers("entrypoint.sh:3 -w $N")},
		{"default by a colon", runtime, script(": \"${N:=3}\"\nexec gunicorn app -w \"$N\"\n"), workers("entrypoint.sh:3 -w \"$N\"")},
		{"variable of another place", runtime, map[string]string{"start.sh": "export N=${N:-9}\nexec gunicorn app -w $N\n", "compose.yml": "services: {api: {environment: {N: 3}, command: bash -e ./start.sh}}\n"}, workers("start.sh:2 -w $N")},
		{"variable that is not known", runtime, script("exec gunicorn app -w $N\n"), []string{`skip "-w $N": it depends on the environment variable N`}},
		{"output of a command", runtime, script("N=$(nproc)\nexec gunicorn app -w $N\n"), []string{`skip "-w $N": it depends on the environment variable N`}},
		{"options of the environment", runtime, script("export WEB_CONCURRENCY=3\nexec gunicorn app\n"), workers("entrypoint.sh:2 WEB_CONCURRENCY=3")},
		{"options that are not exported", runtime, script("WEB_CONCURRENCY=3\nexec gunicorn app\n"), nil},
		{"all are exported", runtime, script("set -a\nWEB_CONCURRENCY=3\nexec gunicorn app\n"), workers("entrypoint.sh:3 WEB_CONCURRENCY=3")},
		{"arguments", runtime, docker("python manage.py migrate\nexec \"$@\"\n", `["gunicorn", "app", "-w", "3"]`), workers(`Dockerfile:3 "-w", "3"`)},
		{"arguments after the command", runtime, docker("exec gunicorn app \"$@\"\n", `["-w", "3"]`), workers(`Dockerfile:3 "-w", "3"`)},
		{"one argument", runtime, docker("exec gunicorn app -w $1\n", `["3"]`), []string{`skip "-w $1": it depends on the arguments of the script`}},
		{"arguments that are set", runtime, docker("set -- gunicorn app -w 3\nexec \"$@\"\n", `["x"]`), workers("entrypoint.sh:2 -w 3")},
		{"arguments under a condition", runtime, docker("if [ \"${1#-}\" != \"$1\" ]; then\n  set -- gunicorn \"$@\"\nfi\nexec \"$@\"\n", `["-w", "3"]`), []string{`skip "exec \"$@\"": the script sets its arguments under a condition`}},
		{"the server under a condition", runtime, script("if [ -n \"$DEBUG\" ]; then\n  exec gunicorn app -w 1\nelse\n  exec gunicorn app -w 3\nfi\n"), []string{`skip "exec gunicorn app -w 1": the script starts the server under a condition`}},
		{"another program under a condition", runtime, script("if [ \"$1\" = worker ]; then\n  exec celery -A app worker\nfi\nexec gunicorn app -w 3\n"), workers("entrypoint.sh:5 -w 3")},
		{"a variable under a condition", runtime, script("N=3\nif [ -n \"$X\" ]; then N=4; fi\nexec gunicorn app -w $N\n"), []string{`skip "-w $N": it depends on the environment variable N`}},
		{"a variable after a test", runtime, script("N=3\n[ -n \"$X\" ] && N=4\nexec gunicorn app -w $N\n"), []string{`skip "-w $N": it depends on the environment variable N`}},
		{"a variable in a case", runtime, script("N=3\ncase \"$ENV\" in\n  dev) N=1 ;;\n  *) N=5 ;;\nesac\nexec gunicorn app -w $N\n"), []string{`skip "-w $N": it depends on the environment variable N`}},
		{"a function", runtime, script("start() {\n  exec gunicorn app -w 9\n}\nexec gunicorn app -w 3\n"), []string{`skip "exec gunicorn app -w 9": the script starts the server under a condition`}},
		{"a function that does something else", runtime, script("log() {\n  echo \"$@\"\n}\nlog hello\nexec gunicorn app -w 3\n"), workers("entrypoint.sh:6 -w 3")},
		{"two servers", runtime, script("gunicorn a -w 1 &\ngunicorn b -w 2\n"), []string{`skip "gunicorn": several commands of the script start the server`}},
		{"after another", runtime, script("migrate && exec gunicorn app -w 3\n"), workers("entrypoint.sh:2 -w 3")},
		{"file of variables", runtime, script("N=3\n. ./env.sh\nexec gunicorn app -w $N --threads 2\n"), []string{
			`skip "-w $N": it depends on the environment variable N`, "threads 2 (entrypoint.sh:4 --threads 2)"}},
		{"here-document", runtime, script("cat > /etc/x <<EOF\nexec gunicorn app -w 9\nEOF\nexec gunicorn app -w 3\n"), workers("entrypoint.sh:5 -w 3")},
		{"a script of a script", runtime, map[string]string{"entrypoint.sh": "exec ./run.sh \"$@\"\n", "run.sh": "exec gunicorn app \"$@\"\n", "Procfile": "web: bash entrypoint.sh -w 3\n"}, workers("Procfile:1 -w 3")},
		{"a script that calls itself", runtime, script("./entrypoint.sh\n"), []string{`skip "": scripts call one another too often`}},
		{"a script that nothing starts", runtime, one("start.sh", "exec gunicorn app -w 3\n"), workers("start.sh:1 -w 3")},
		{"a script that nothing starts, with arguments", runtime, one("start.sh", "exec gunicorn app \"$@\"\n"), []string{`skip "exec gunicorn app \"$@\"": what the script is given is not known`}},
		{"several scripts", runtime, map[string]string{"a.sh": "exec gunicorn a\n", "b.sh": "exec gunicorn b\n"}, []string{`skip "": several scripts, and which of them starts the application is not known`}},
		{"a script that starts something else", runtime, script("exec celery\n"), []string{`skip "": no gunicorn command that is understood`}},
		{"a script beside the command", runtime, map[string]string{"wait.sh": "exec gunicorn a -w 9\n", "Procfile": "web: gunicorn app -w 3\n"}, workers("Procfile:1 -w 3")},
		{"quotes over lines", runtime, script("echo 'gunicorn\nexec gunicorn app -w 9'\nexec gunicorn app -w 3\n"), workers("entrypoint.sh:4 -w 3")},
		{"variables for a configuration file", runtime, map[string]string{"run.sh": "export N=3\nexec gunicorn -c gunicorn.conf.py app\n", "gunicorn.conf.py": "workers = int(os.getenv('N', 9))\n"}, workers("gunicorn.conf.py:1 workers = int(os.getenv('N', 9))")},
		{"node", "node@20", map[string]string{"run.sh": "exec node --max-http-header-size=32768 a.js\n", "Dockerfile": "FROM node\nCMD [\"./run.sh\"]\n"}, []string{"header size 32768 (run.sh:1 --max-http-header-size=32768)"}},
	})
}

// TestShellAsTheShellRunsIt compares what scripts start with what sh makes of them.
func TestShellAsTheShellRunsIt(t *testing.T) {
	realpart.Need(t, "sh")
	compared := 0
	for _, script := range []string{
		"A=1\nB=${A}2\ngunicorn $B \"$A x\" '$A'\n",
		"export A=${UNSET_X:-5}\ngunicorn -w ${A:-9} $UNSET_Y_${A}\n",
		"set -- -w 3 'a b'\ngunicorn app \"$@\" end\n",
		": ${A:=4}\ngunicorn \"$A\"\n",
		"true && gunicorn a; exit 0\ngunicorn b\n",
		"(cd /; gunicorn a) >/dev/null\n",
		"f() { echo no; }\ngunicorn \\\n a \\\n b\n",
		"cat <<-'X' >/dev/null\n\tgunicorn no\n\tX\ngunicorn yes\n",
		"case a in\n b) A=1;;\n (c) A=2;;\nesac\ngunicorn last\n",
	} {
		r := &reading{runtime: mustRuntime(t, "gunicorn@23"), env: map[string]syntax.Variable{}}
		s := newShell(r, source.NewFile("/x.sh", script), nil)
		s.run()
		if s.lost.IsValid() || len(s.starts) != 1 || slices.ContainsFunc(s.starts[0], func(w shellwords.Word) bool { return w.Why != "" }) {
			continue // what is not understood is told elsewhere
		}
		compared++
		var got []string
		for _, w := range s.starts[0] {
			got = append(got, w.Text)
		}
		cmd := exec.Command("sh", "-c", "gunicorn() { printf '%s\\n' gunicorn \"$@\" >&2; }\n"+script)
		var out strings.Builder
		cmd.Stderr = &out
		if err := cmd.Run(); err != nil {
			t.Errorf("%q: %v", script, err)
		}
		if want := strings.Split(strings.TrimSpace(out.String()), "\n"); !slices.Equal(got, want) {
			t.Errorf("%q: %q, sh says %q", script, got, want)
		}
	}
	if compared < 7 {
		t.Errorf("%d scripts were understood", compared)
	}
}

func mustRuntime(t *testing.T, spec string) *preset.Runtime {
	t.Helper()
	rt, err := preset.FindRuntime(spec)
	if err != nil {
		t.Fatal(err)
	}
	return rt
}
