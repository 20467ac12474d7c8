package appconf

import "testing"

func FuzzPythonServer(f *testing.F) {
	f.Add("import uvicorn as u\nfrom uvicorn import run as r, Config\nP = int(os.getenv('P', 8))\nif __name__ == '__main__':\n    u.run('a:b', port=P, # c\n ws_ping_interval=None, **x)\n", "bind = [\"a:1\"]\nworkers = 2 # c\n[x]\nbacklog = 9\n")
	f.Add("c = hypercorn.Config.from_toml('a')\nc.bind = ['x']\nif c: c.workers = 2\nrun(", "keyfile = '''a\n'''\na.b = 1\nworkers = 0x10")
	f.Fuzz(func(t *testing.T, program, toml string) {
		checkReading(t, "uvicorn@0.30", "main.py", program)
		checkReading(t, "waitress@3", "main.py", program)
		checkReading(t, "hypercorn@0.17", "main.py", "import hypercorn\n"+program)
		checkReading(t, "hypercorn@0.17", "hypercorn.toml", toml)
	})
}

func FuzzRubyConf(f *testing.F) {
	f.Add("workers ENV.fetch('N', 5).to_i * 2\nbind 'tcp://a:1?backlog=9'\nif x; threads 2; end\n")
	f.Add("=begin\n=end\nx = Integer(ENV['A'] || 3)\nthreads(1, x)\nlisten \"/a\", :backlog => 1_0,\n  b: 2 # c\n__END__")
	f.Fuzz(func(t *testing.T, text string) {
		checkReading(t, "puma@7", "puma.rb", text)
		checkReading(t, "unicorn@6", "unicorn.rb", text)
	})
}

func FuzzDockerfile(f *testing.F) {
	f.Add("FROM a AS b\nARG N=1\nENV A=$N \\\n # c\n B='x y'\nRUN <<EOF\nEOF\nFROM b\nENTRYPOINT [\"uvicorn\", \"--workers\", \"\\u0032\"]\nCMD a:b --port $A\n")
	f.Add("# escape=x\nFROM --platform=x y\nENV A b c\nCMD exec hypercorn -w 2 \\\r\n --keep 5\n")
	f.Fuzz(func(t *testing.T, text string) {
		checkReading(t, "uvicorn@0.30", "Dockerfile", text)
		checkReading(t, "puma@7", "Dockerfile", text)
		checkReading(t, "hypercorn@0.17", "Procfile", text)
	})
}

func FuzzUWSGI(f *testing.F) {
	f.Add("[uwsgi]\nprocesses = $(N)\nif-env = A\nharakiri=3\nendif =\nsocket = /a\n", "uwsgi: {listen: 9, http-keepalive: 1}", "[Service]\nEnvironment=A=1 'B=2'\nExecStart=-uwsgi -p4 --ini %i \\\n --http :1\nTimeoutStopSec=2min\n")
	f.Fuzz(func(t *testing.T, ini, yaml, unit string) {
		checkReading(t, "uwsgi@2", "uwsgi.ini", ini)
		checkReading(t, "uwsgi@2", "uwsgi.yaml", yaml)
		checkReading(t, "uwsgi@2", "api.service", unit)
	})
}

func FuzzShell(f *testing.F) {
	f.Add("#!/bin/sh\nset -euo pipefail\nexport N=${N:-3} B='x\ny'\nif [ \"${1#-}\" ]; then set -- gunicorn \"$@\"; fi\n: ${A:=5}\nexec gunicorn app \\\n -w $N -b $(hostname):$((1+2)) \"$@\"\n")
	f.Add("case $1 in\n a|b) exec gunicorn x;;\nesac\nf() { gunicorn; }\ncat <<-'E'\nx\nE\n. ./a\n(gunicorn a) & gunicorn b || ./entrypoint.sh")
	f.Fuzz(func(t *testing.T, text string) {
		checkReading(t, "gunicorn@23", "entrypoint.sh", text)
		checkReading(t, "node@20", "start.sh", text)
	})
}
