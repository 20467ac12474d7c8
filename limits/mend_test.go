package limits

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/source"
)

func TestMend(t *testing.T) {
	const service = "[Service]\n"
	for _, c := range []struct{ text, want string }{ // want "" for no repair
		{service + "LimitNOFILE=64k\n", service + "LimitNOFILE=65536\n"},
		{service + "LimitNOFILE=64K:1M\n", service + "LimitNOFILE=65536:1048576\n"},
		{service + "LimitNOFILE=100k\n", ""},
		{service + "LimitNOFILE=unlimited\n", service + "LimitNOFILE=infinity\n"},
		{service + "LimitNOFILE=1024 : -1\n", service + "LimitNOFILE=1024:infinity\n"},
		{service + "LimitNOFILE=65_536\n", service + "LimitNOFILE=65536\n"},
		{service + "LimitNOFILE=1,048,576\n", service + "LimitNOFILE=1048576\n"},
		{service + "LimitNOFILE=1_04\n", ""},
		{service + "LimitNOFILE=1,048_576\n", ""},
		{service + "LimitNOFILE=1e5\n", service + "LimitNOFILE=100000\n"},
		{service + "LimitNOFILE=\"65536\"\n", service + "LimitNOFILE=65536\n"},
		{service + "LimitNOFILE=\n", ""},
		{service + "LimitNOFILE=1024:\n", ""},
		{service + "LimitNOFILE=2048:1024\n", ""},
		{service + "LimitNOFILE=# 1\n", ""},
		{service + "A=1\n LimitNOFILE=65536 # enough\n", service + "A=1\n# enough\n LimitNOFILE=65536\n"},
		{service + "LimitNOFILE=64k ; enough", service + "; enough\nLimitNOFILE=65536"},
		{"[Service]\r\nLimitNOFILE=64k # c\r\n", "[Service]\r\n# c\r\nLimitNOFILE=65536\r\n"},
		{service + "LimitNOFILE=64k \\\n# c\n # d\n", service + "LimitNOFILE=65536 \\\n# c\n # d\n"},
		{service + "LimitNofile=64k\n", service + "LimitNOFILE=65536\n"},
		{service + "LimitNOFILES = 65536\n", service + "LimitNOFILE = 65536\n"},
		{service + "LimitFILES=65536\n", ""},
		{service + "LimitNOFILE 65536\n", service + "LimitNOFILE=65536\n"},
		{service + "LimitMEMLOCK=64kb\n", service + "LimitMEMLOCK=64K\n"},
		{service + "MemoryMax=512MB\n", service + "MemoryMax=512M\n"},
		{service + "MemoryMax=2 GiB\n", service + "MemoryMax=2G\n"},
		{"LimitNOFILE=65536\nLimitNPROC=64k\n", service + "LimitNOFILE=65536\nLimitNPROC=64k\n"},
		{"# more\nLimitNOFILE=65536\n", "# more\n" + service + "LimitNOFILE=65536\n"},
		{"ExecStart=/bin/x\nLimitNOFILE=65536\n", ""},
		{"LimitNOFILE=65536 # c\n", ""},
		{"[Unit]\nLimitNOFILE=64k\nA=1\n" + service + "B=1\n\n[Install]\n", "[Unit]\nA=1\n" + service + "B=1\nLimitNOFILE=65536\n\n[Install]\n"},
		{"[Unit]\nLimitNOFILE=65536\n", "[Unit]\n\n[Service]\nLimitNOFILE=65536\n"},
		{"[service]\nLimitNOFILE=65536\n", ""},
		{"[Manager]\nDefaultLimitNOFILE=65536\n", ""},
		{service + "LimitNOFILE={{ n }}k\n", ""},
	} {
		f := source.NewFile(unitPath, c.text)
		u := ParseUnit(f)
		var broken *Assignment
		for _, a := range u.Assignments {
			if _, ok := a.Limits(); ok && broken == nil {
				broken = a
			}
		}
		if broken.Broken == "" && !broken.Template {
			t.Errorf("%q is not broken", c.text)
			continue
		}
		edits, as := broken.Mend()
		if len(edits) == 0 {
			if c.want != "" {
				t.Errorf("%q is not mended", c.text)
			}
			continue
		}
		if err := source.Validate(edits); err != nil {
			t.Fatalf("%q: %v", c.text, err)
		}
		got := source.Apply(f, edits)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%q:\n%s", c.text, diff)
		}
		key, value, _ := strings.Cut(as, "=")
		mended := last([]*UnitFile{ParseUnit(source.NewFile(unitPath, got))}, "Service", key)
		if mended == nil || mended.Value != value {
			t.Errorf("%q: %s is not there", c.text, as)
		}
	}
}

func TestSoftAboveHard(t *testing.T) {
	for text, want := range map[string]string{
		"LimitNOFILE=2048:1024": "2048:1024", "LimitNOFILE=infinity:1024": "infinity:1024", "LimitMEMLOCK=2K:1K": "2048:1024",
		"LimitNOFILE=1024:2048": "", "LimitNOFILE=64k:1": "", "LimitNOFILE=3:2:1": "", "MemoryMax=2:1": "", "LimitNOFILE={{ a }}:1": "",
	} {
		u := ParseUnit(source.NewFile(unitPath, "[Service]\n"+text+"\n"))
		r, ok := u.Assignments[0].SoftAboveHard()
		got := ""
		if ok {
			got = r.String()
		}
		if got != want {
			t.Errorf("%s: %q", text, got)
		}
	}
}
