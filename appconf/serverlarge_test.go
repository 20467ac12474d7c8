package appconf

import (
	"strings"
	"testing"
)

// TestLargeServerFiles feeds the readers of servers lines that no person wrote.
func TestLargeServerFiles(t *testing.T) {
	const n = 20000
	for _, c := range []struct{ runtime, name, text string }{
		{"puma@7", "puma.rb", strings.Repeat("workers 1\n", n)},
		{"puma@7", "puma.rb", strings.Repeat("port 1\nbind 'tcp://a?backlog=1'\n", n)},
		{"puma@7", "puma.rb", "workers " + strings.Repeat("(", n)},
		{"puma@7", "puma.rb", "x {" + strings.Repeat("workers 1\n", n) + "}"},
		{"puma@7", "puma.rb", strings.Repeat("if x\n", n) + strings.Repeat("end\n", n)},
		{"uwsgi@2", "uwsgi.ini", "[uwsgi]\n" + strings.Repeat("workers=1\nini=a\n", n)},
		{"uwsgi@2", "Procfile", "web: uwsgi " + strings.Repeat("-p 1 ", n)},
		{"uvicorn@0.30", "Dockerfile", "FROM a\n" + strings.Repeat("ENV A=$B\n", n)},
		{"uvicorn@0.30", "Dockerfile", "FROM a\nCMD a " + strings.Repeat("\\\n", n)},
		{"uvicorn@0.30", "Dockerfile", "FROM a\nCMD [" + strings.Repeat("\"a\",", n) + "\"b\"]"},
		{"uvicorn@0.30", "api.service", "[Service]\nExecStart=uvicorn " + strings.Repeat("--workers 1 \\\n", n)},
	} {
		checkReading(t, c.runtime, c.name, c.text)
	}
}
