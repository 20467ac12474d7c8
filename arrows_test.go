package tunelint_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/tunelint/tunelint"

// arrows lists what each package may import of this module. Nothing points back up.
var arrows = map[string][]string{
	"source":              {},
	"source/realpart":     {},
	"spelling":            {},
	"nginxconf":           {"source", "spelling"},
	"nginxconf/verdict":   {"nginxconf", "source", "spelling"},
	"nginxconf/nginxtest": {"source/realpart"},
	"sysctl":              {"source", "spelling"},
	"limits":              {"source", "spelling"},
	"machine":             {"source"},
	"appconf/preset":      {"source", "spelling"},
	"appconf/syntax":      {"source", "spelling"},
	"appconf/jsexpr":      {"appconf/syntax", "source"},
	"appconf/pyexpr":      {"appconf/syntax", "source"},
	"appconf/rubyexpr":    {"appconf/syntax", "source"},
	"appconf/shellwords":  {"appconf/syntax", "source"},
	"appconf":             {"appconf/jsexpr", "appconf/preset", "appconf/pyexpr", "appconf/rubyexpr", "appconf/shellwords", "appconf/syntax", "source", "spelling"},
	"host":                {"appconf", "limits", "machine", "nginxconf", "nginxconf/verdict", "source", "spelling", "sysctl"},
	"capacity":            {"appconf", "host", "nginxconf", "nginxconf/verdict", "source"},
	"fixes":               {"source"},
	"fixes/disk":          {"spelling"},
	"fixes/transaction":   {"fixes", "fixes/disk", "source"},
	"fixes/trial":         {"fixes", "source"},
	"lint":                {"appconf", "fixes", "host", "nginxconf", "source", "spelling"},
	"lint/rules":          {"appconf", "capacity", "fixes", "host", "limits", "lint", "machine", "nginxconf", "nginxconf/verdict", "source", "spelling", "sysctl"},
	"report":              {"capacity", "fixes", "host", "lint", "machine", "nginxconf", "source", "spelling", "sysctl"},
	"cmd/tunelint":        {"appconf", "fixes", "fixes/disk", "fixes/transaction", "fixes/trial", "host", "limits", "lint", "lint/rules", "machine", "nginxconf", "report", "source", "spelling", "sysctl"},
}

func TestArrows(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		fields := strings.Fields(line)
		name := strings.TrimPrefix(strings.TrimPrefix(fields[0], module), "/")
		if name == "" {
			continue // the tests of the whole module
		}
		allowed, ok := arrows[name]
		if !ok {
			t.Errorf("%s is a new package: say here what it may import", name)
		}
		for _, imported := range fields[1:] {
			if to, ok := strings.CutPrefix(imported, module+"/"); ok && !slices.Contains(allowed, to) {
				t.Errorf("%s must not import %s", name, to)
			}
		}
		checkLibraries(t, name, fields[1:])
	}
}

// checkLibraries keeps the command line's libraries out of the engine and the
// ground floor on the standard library alone.
func checkLibraries(t *testing.T, name string, imports []string) {
	t.Helper()
	for _, i := range imports {
		commandLine := strings.HasPrefix(i, "github.com/spf13/")
		foreign := strings.Contains(strings.SplitN(i, "/", 2)[0], ".") && !strings.HasPrefix(i, module)
		if commandLine && name != "cmd/tunelint" || foreign && name == "source" {
			t.Errorf("%s must not import %s", name, i)
		}
	}
}
