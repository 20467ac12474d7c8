package limits

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/source"
)

const unitPath = "/etc/systemd/system/t.service"

func TestParseUnit(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string // section|key|value|why it is broken
		err  string
	}{
		{"[Service]\nLimitNOFILE = 65536 \r\n# c\n ; c\n", []string{"Service|LimitNOFILE|65536|"}, ""},
		{
			"[Service]\nExecStart=/bin/a \\\n# comment\\\n  b\\\n\nLimitNOFILE=1\\\n:2",
			[]string{"Service|ExecStart|/bin/a    b|", `Service|LimitNOFILE|1 :2|invalid value: "1 ": not a number`}, "",
		},
		{"LimitNOFILE=1\n", []string{"|LimitNOFILE|1|assignment outside of a section"}, ""},
		{
			"[Servce]\nLimitNOFILE=1\n[X-Own]\nLimitNOFILE=2\n[Unit]\nLimitNOFILE=3\n[Manager]\nDefaultLimitNOFILE=4\n",
			[]string{
				"Servce|LimitNOFILE|1|unknown section [Servce]",
				"X-Own|LimitNOFILE|2|section [X-Own] is left to others",
				"Unit|LimitNOFILE|3|unknown key LimitNOFILE in section [Unit]",
				"Manager|DefaultLimitNOFILE|4|unknown section [Manager]",
			}, "",
		},
		{
			"[Service]\nLimitNofile=1\nLimitNOFILE 2\nLimitNOFILE: 3\n=4\nLimitNOFILE=64k\nLimitNOFILE=\nMemoryMax=\nMemoryMax=1GB\nLimitCPU=x\n",
			[]string{
				"Service|LimitNofile|1|unknown key LimitNofile, it is spelt LimitNOFILE",
				"Service|LimitNOFILE|2|missing =",
				"Service|LimitNOFILE|3|missing =",
				"Service||4|missing key name before =",
				`Service|LimitNOFILE|64k|invalid value: "64k": not a number`,
				"Service|LimitNOFILE||empty value",
				"Service|MemoryMax||",
				"Service|MemoryMax|1GB|invalid value: not a number",
				"Service|LimitCPU|x|",
			}, "",
		},
		{"\ufeff[Service]\nA=1\r\n\x00B=2\rC=3", []string{"Service|A|1|", "Service|B|2|", "Service|C|3|"}, ""},
		{"[Service]\nA=1\n[Service] # limits\nA=2\n", []string{"Service|A|1|"}, "section header without ] at its end"},
		{"[Service]\nA=1\n[Ser'vice]\nA=2\n", []string{"Service|A|1|"}, "bad characters in section header"},
		{"[Service]\nA=1\nB=\xff\nA=2\n", []string{"Service|A|1|"}, "not valid UTF-8"},
		{"[Service]\nA=1\nB=\uffff\nA=2\n", []string{"Service|A|1|"}, "not valid UTF-8"},
		{"[Service]\nA=1\n#" + strings.Repeat("x", maxUnitLine) + "\nA=2\n", []string{"Service|A|1|"}, "line longer than 1 MiB"},
		{"[Service]\nA=1\nB=\\\n" + strings.Repeat("x", maxUnitLine-2) + "\nA=2\n", []string{"Service|A|1|"}, "line longer than 1 MiB"},
		{"[Service]\nLimitNOFILE={{ n }}\n", []string{"Service|LimitNOFILE|{{ n }}|"}, ""},
	} {
		u := ParseUnit(source.NewFile(unitPath, c.text))
		var got []string
		for _, a := range u.Assignments {
			got = append(got, strings.Join([]string{a.Section, a.Key, a.Value, a.Broken}, "|"))
			if a.KeySpan.Text() != a.Key || !a.Span.Contains(a.ValueSpan) || !a.Span.Contains(a.KeySpan) {
				t.Errorf("%.40q: spans %q %q %q", c.text, a.Span.Text(), a.KeySpan.Text(), a.ValueSpan.Text())
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%.40q:\n%s", c.text, diff)
		}
		if (u.Err == nil) != (c.err == "") || u.Err != nil && u.Err.Message != c.err {
			t.Errorf("%.40q: error %v, want %q", c.text, u.Err, c.err)
		}
	}
}

func TestUnitSections(t *testing.T) {
	for name, want := range map[string]string{
		"/etc/systemd/system.conf":                     "Manager",
		"/usr/lib/systemd/system.conf.d/90-x.conf":     "Manager",
		"/etc/systemd/system/nginx.service.d/x.conf":   "Unit Install Service",
		"/etc/systemd/system/service.d/x.conf":         "Unit Install Service",
		"/etc/systemd/system/nginx.socket":             "Unit Install Socket",
		"/etc/systemd/system/multi-user.target.d/x":    "Unit Install",
		"/srv/limits.conf":                             "Service Socket Mount Automount Swap Path Timer Slice Scope Unit Install Manager",
		"/etc/systemd/system/user-.slice.d/50-me.conf": "Unit Install Slice",
	} {
		if got := strings.Join(sections(name), " "); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

func TestUnitTemplates(t *testing.T) {
	u := ParseUnit(source.NewFile(unitPath, "[Service]\nExecStart=/bin/a {{.ID}}\n{{ if .Limit }}\nLimitNOFILE=64k\n{{ end }}\n"))
	if !u.Template || len(u.Skips) != 2 || len(u.Assignments) != 2 || !u.Assignments[1].Template || u.Assignments[1].Broken != "" {
		t.Errorf("%+v %v", u.Assignments, u.Skips)
	}
	u = ParseUnit(source.NewFile(unitPath, "[Service]\nExecStart=/bin/a {{.ID}} ${X}\nLimitNOFILE=${N}\n"))
	if u.Template || len(u.Skips) != 1 || u.Assignments[0].Template || !u.Assignments[1].Template {
		t.Errorf("%+v %v", u.Assignments, u.Skips)
	}
}

func TestUnitTemplatedNames(t *testing.T) {
	for _, text := range []string{"[{{ s }}]\nLimitNOFILE=64k\n", "[Service]\n{{ k }}={{ v }}\nLimitNOFILE=64k\n"} {
		u := ParseUnit(source.NewFile(unitPath, text))
		if !u.Template || len(u.Skips) != 1 || last([]*UnitFile{u}, "Service", "LimitNOFILE") != nil && !u.Assignments[0].Template {
			t.Errorf("%q: %+v", text, u)
		}
	}
}

// TestHostileText reads what no host has: lines of 10 MB, and very many lines.
func TestHostileText(t *testing.T) {
	for piece, size := range map[string]int{
		"x": 10 << 20, "\xff": 10 << 20, "$": 10 << 20, "{{": 10 << 20, "0": 10 << 20, " ": 10 << 20,
		"\x00": 1 << 18, "\\\n": 2 << 20, "#\n": 1 << 18, "\r": 1 << 18, "a=\n": 1 << 18, "[a]\n": 1 << 18, "{% %}\n": 1 << 18,
	} {
		f := source.NewFile(unitPath, strings.Repeat(piece, size/len(piece)))
		Parse(f)
		if e := ParseUnit(f).Insert("Service", "LimitNOFILE", "1"); e.Span.End > len(f.Text) {
			t.Errorf("%q: %d", piece, e.Span.End)
		}
		if _, err := ParseLimit(f.Text); err == nil && piece != "0" {
			t.Errorf("%q: a limit", piece)
		}
		if _, _, err := parseMemory(f.Text); err == nil {
			t.Errorf("%q: a size", piece)
		}
	}
}

func TestUnitEdits(t *testing.T) {
	const text = "[Unit]\nDescription=x\n\n[Service]\nLimitNOFILE=1:\\\n# keep\n2 \\\n\nLimitNPROC 7\nMemoryMax=\nUser=web\n[Install]"
	f := source.NewFile(unitPath, text)
	u := ParseUnit(f)
	a := u.Assignments
	for _, c := range []struct{ edit, from, to string }{
		{"set 1", "1:\\\n# keep\n2 \\", "9\n# keep \\"},
		{"set 2", "LimitNPROC 7", "LimitNPROC=9"},
		{"set 3", "MemoryMax=", "MemoryMax=9"},
		{"set 4", "User=web", "User=9"},
		{"delete 1", "LimitNOFILE=1:\\\n# keep\n2 \\\n\n", "# keep\n"},
		{"delete 4", "User=web\n", ""},
		{"insert Service", "User=web\n", "User=web\nK=v\n"},
		{"insert Unit", "Description=x\n", "Description=x\nK=v\n"},
		{"insert Install", "[Install]", "[Install]\nK=v"},
		{"insert Socket", "[Install]", "[Install]\n\n[Socket]\nK=v"},
	} {
		verb, arg, _ := strings.Cut(c.edit, " ")
		var e source.Edit
		switch verb {
		case "set":
			e = a[arg[0]-'0'].SetValue("9")
		case "delete":
			e = a[arg[0]-'0'].Delete()
		default:
			e = u.Insert(arg, "K", "v")
		}
		want := strings.Replace(text, c.from, c.to, 1)
		if err := source.Validate([]source.Edit{e}); err != nil {
			t.Errorf("%s: %v", c.edit, err)
		} else if diff := cmp.Diff(want, source.Apply(f, []source.Edit{e})); diff != "" {
			t.Errorf("%s:\n%s", c.edit, diff)
		}
	}
	if got := u.Insert("Service", "LimitNOFILE", "5").Decides; got != "systemd t.service Service.LimitNOFILE" {
		t.Error(got)
	}
}

func TestInsert(t *testing.T) {
	for text, want := range map[string]string{
		"":                          "[Service]\nK=v\n",
		"[Service]":                 "[Service]\nK=v",
		"[Service]\r\nA=1\r\n":      "[Service]\r\nA=1\r\nK=v\r\n",
		"[Unit]\nA=1":               "[Unit]\nA=1\n\n[Service]\nK=v",
		"[Unit]\n\n":                "[Unit]\n\n[Service]\nK=v\n",
		"[Service]\nA=1\\":          "[Service]\nA=1\\\n \nK=v",
		"[Service]\nA=1\\\n":        "[Service]\nA=1\\\n \nK=v\n",
		"[Service]\nA=1\\\n#x":      "[Service]\nA=1\\\n#x\n \nK=v",
		"[Service]\nA=1\n# end\n":   "[Service]\nA=1\nK=v\n# end\n",
		"[Service]\nA=1\n\n[U]\n":   "[Service]\nA=1\nK=v\n\n[U]\n",
		"[Unit]\nA=1\n[Bad\nB=2\n":  "[Unit]\nA=1\n\n[Service]\nK=v\n[Bad\nB=2\n",
		"[Service]\n[Unit]\nU=1\n":  "[Service]\nK=v\n[Unit]\nU=1\n",
		"A=1\n[Service]\n\nB=2\n\n": "A=1\n[Service]\n\nB=2\nK=v\n\n",
	} {
		f := source.NewFile(unitPath, text)
		got := source.Apply(f, []source.Edit{ParseUnit(f).Insert("Service", "K", "v")})
		if got != want {
			t.Errorf("%q:\n got %q\nwant %q", text, got, want)
		}
	}
}

// TestParseUnitAsSystemd compares what systemd says of generated files, line
// by line, with what we say of them.
func TestParseUnitAsSystemd(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	dir := t.TempDir()
	args := []string{"verify"}
	var all []string
	for i := range 400 {
		text := unitText(r)
		all = append(all, text)
		args = append(args, fmt.Sprintf("t%d.service", i))
		write(t, filepath.Join(dir, args[i+1]), text)
	}
	said := map[string][]string{}
	for _, line := range verify(t, dir, args...) {
		for _, word := range strings.FieldsFunc(line, func(c rune) bool { return strings.ContainsRune(" :/", c) }) {
			if strings.HasSuffix(word, ".service") {
				said[word] = append(said[word], line)
				break
			}
		}
	}
	total := 0
	for i, text := range all {
		want := complaints(said[args[i+1]])
		total += len(want)
		if diff := cmp.Diff(want, ourComplaints(ParseUnit(source.NewFile(unitPath, text)))); diff != "" {
			t.Errorf("%q: systemd (-), we (+):\n%s", text, diff)
		}
	}
	if total < len(all) {
		t.Errorf("only %d complaints about %d files", total, len(all))
	}
}

func unitText(r *rand.Rand) string {
	lines := []string{
		"LimitNOFILE=v%d", "LimitNOFILE=v%d", " LimitNOFILE = v%d ", "LimitNOFILE=v%d\\", "LimitNOFILE=\\", "v%d", "# LimitNOFILE=v%d",
		"; c%d\\", "", " ", "\t\\", "[Service]", "[Service]", "[Unit]", "[Servce]", "[X-y]", "=v%d", "LimitNofile=v%d", "LimitNOFILE v%d",
		"LimitNOFILE=v%d\\\\", "LimitNOFILE=v%d\\\\\\", "\xef\xbb\xbfLimitNOFILE=v%d", "LimitNOFILE=v%d # c", "LimitNOFILE=é%d", "[ Service]",
	}
	rare := []string{"[Service] #", "[Ser\"vice]", "LimitNOFILE=\xff", "[\xfe]", "[", "[]", "LimitNOFILE=\uffff"}
	ends := []string{"\n", "\n", "\n", "\n", "\n", "\r\n", "\r", "\x00", "\n\r", "\n\n", "\r\r\n", "\n\x00"}
	text := "[Service]\nExecStart=/bin/true\n"
	for i := range 4 + r.IntN(12) {
		line := lines[r.IntN(len(lines))]
		if r.IntN(30) == 0 {
			line = rare[r.IntN(len(rare))]
		}
		if strings.Contains(line, "%d") {
			line = fmt.Sprintf(line, i)
		}
		text += line + ends[r.IntN(len(ends))]
	}
	if r.IntN(3) == 0 {
		text += "LimitNOFILE=last"
	}
	return text
}

// complaints reduces systemd's messages to those about assignments and to
// whether it gave up.
func complaints(lines []string) []string {
	var out []string
	for _, line := range lines {
		_, message, _ := strings.Cut(line, ": ")
		value, bad := strings.CutPrefix(message, "Failed to parse resource value, ignoring: ")
		switch {
		case bad:
			out = append(out, "value "+strings.TrimSpace(value))
		case strings.HasPrefix(message, "Missing '='"):
			out = append(out, "no sign")
		case strings.HasPrefix(message, "Missing key name"):
			out = append(out, "no key")
		case strings.HasPrefix(message, "Assignment outside"):
			out = append(out, "outside")
		case strings.HasPrefix(message, "Unknown key"):
			out = append(out, "key")
		case strings.Contains(line, "failed to load properly"):
			out = append(out, "gives up")
		}
	}
	return out
}

func ourComplaints(u *UnitFile) []string {
	var out []string
	for _, a := range u.Assignments {
		switch b := a.Broken; {
		case strings.HasPrefix(b, "invalid value"), b == "empty value":
			out = append(out, strings.TrimSpace("value "+a.Value))
		case b == "missing =":
			out = append(out, "no sign")
		case strings.HasPrefix(b, "missing key"):
			out = append(out, "no key")
		case strings.HasPrefix(b, "assignment outside"):
			out = append(out, "outside")
		case strings.HasPrefix(b, "unknown key"), b == "" && strings.Contains(a.Key, "Limit"):
			out = append(out, "key")
		}
	}
	if u.Err != nil {
		out = append(out, "gives up")
	}
	for i, s := range out {
		if s == "value" {
			out[i] = "value "
		}
	}
	return out
}
