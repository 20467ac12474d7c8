package sysctl

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tunelint/tunelint/source"
)

// parsed is what a test says about a line.
type parsed struct {
	Key, Value string
	Flags      string // i ignore failure, x exclude, g glob, t template
	Broken     string
}

func summary(l *Line) parsed {
	flags := ""
	for flag, set := range map[string]bool{"i": l.IgnoreFailure, "x": l.Exclude, "g": l.Glob, "t": l.Template} {
		if set {
			flags += flag
		}
	}
	return parsed{l.Key, l.Value, flags, l.Broken}
}

func TestParseLine(t *testing.T) {
	for text, want := range map[string]parsed{
		"net.core.somaxconn = 4096":            {"net.core.somaxconn", "4096", "", ""},
		"\t net.core.somaxconn=4096 \t\r":      {"net.core.somaxconn", "4096", "", ""},
		"k = 1 # c":                            {"k", "1 # c", "", ""},
		"k == 1":                               {"k", "= 1", "", ""},
		"k = 600 = 700":                        {"k", "600 = 700", "", ""},
		"k =":                                  {"k", "", "", ""},
		`k = "31" \`:                           {"k", `"31" \`, "", ""},
		"net/ipv4/conf/eth0.100/rp_filter = 1": {"net.ipv4.conf.eth0/100.rp_filter", "1", "", ""},
		"net.ipv4.conf.eth0/100.rp_filter = 1": {"net.ipv4.conf.eth0/100.rp_filter", "1", "", ""},
		"net.ipv4.conf.eth0.100.rp_filter = 1": {"net.ipv4.conf.eth0.100.rp_filter", "1", "", ""},
		"net.ipv4/tcp_fin_timeout = 1":         {"net.ipv4/tcp_fin_timeout", "1", "", ""},
		"/net/ipv4/tcp_fin_timeout = 1":        {"net.ipv4.tcp_fin_timeout", "1", "", ""},
		"net..ipv4.tcp_fin_timeout = 1":        {"net.ipv4.tcp_fin_timeout", "1", "", ""},
		".net.ipv4.tcp_fin_timeout = 1":        {"net.ipv4.tcp_fin_timeout", "1", "", ""},
		"net/./ipv4//tcp_fin_timeout = 1":      {"net.ipv4.tcp_fin_timeout", "1", "", ""},
		"-k = 1":                               {"k", "1", "i", ""},
		"-k":                                   {"k", "", "x", ""},
		"net.ipv4.conf.*.rp_filter = 2":        {"net.ipv4.conf.*.rp_filter", "2", "g", ""},
		"k = {{ value }}":                      {"k", "{{ value }}", "t", ""},
		"k = 1 ${x}":                           {"k", "1 ${x}", "t", ""},
		"{% if x %}":                           {"", "", "t", ""},
		"{{ key }} = 1":                        {"", "", "t", ""},
		"net.core.somaxconn 4096":              {"", "", "", noAssignment},
		"net.core.somaxconn: 4096":             {"", "", "", noAssignment},
		"1":                                    {"", "", "", noAssignment},
		"= 1":                                  {"", "1", "", noKey},
		"-":                                    {"", "", "x", noKey},
		"- k = 1":                              {"k", "1", "i", looseDash},
		"- k":                                  {"k", "", "x", looseDash},
		"--k = 1":                              {"-k", "1", "i", twoDashes},
		"sysctl -w k=1":                        {"sysctl -w k", "1", "", blankInKey},
		"export k=1":                           {"export k", "1", "", blankInKey},
		"net/ipv4/../ipv4/tcp_fin_timeout = 1": {"net.ipv4.//.ipv4.tcp_fin_timeout", "1", "", upward},
		"net.ipv4.tcp_fin_timeout. = 1":        {"net.ipv4.tcp_fin_timeout", "1", "", openEnded},
		"\ufeffk = 1":                          {"\ufeffk", "1", "", byteOrder},
		"k = 1\rl = 2":                         {"k", "1\rl = 2", "", controlInIt},
		"k = 1\x00":                            {"k", "1\x00", "", controlInIt},
		"# c\rk = 1":                           {"# c\rk", "1", "", controlInIt},
		"\fk = 1":                              {"\fk", "1", "", controlInIt},
		"\xff\xfe = \xff":                      {"\xff\xfe", "\xff", "", ""},
		"kernel.core_pattern=|/usr/bin/x %p %% %e": {"kernel.core_pattern", "|/usr/bin/x %p %% %e", "", ""},
	} {
		d := Parse(source.NewFile("/f", text))
		if len(d.Lines) != 1 {
			t.Errorf("%q: %d lines", text, len(d.Lines))
			continue
		}
		if diff := cmp.Diff(want, summary(d.Lines[0])); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}

func TestParseFile(t *testing.T) {
	d := Parse(source.NewFile("/f", "# tunelint:ignore a b\r\n\r\n  ; second \n#\n# old\r# mac\na = 1\r\n\n\tb=2"))
	var places []string
	for _, l := range d.Lines {
		places = append(places, l.Span.String()+" "+l.Span.Text()+"|"+l.KeySpan.Text()+"|"+l.ValueSpan.Text())
	}
	if diff := cmp.Diff([]string{"/f:6:1 a = 1|a|1", "/f:8:2 b=2|b|2"}, places); diff != "" {
		t.Error(diff)
	}
}

// A file whose tags choose lines is not evaluated at all; tags in values leave
// the other lines alone.
func TestTemplates(t *testing.T) {
	d := Parse(source.NewFile("/f", "{% if big %}\nk = 1\n{% endif %}\n"))
	if !d.Template || !d.Lines[1].Template {
		t.Error("a conditional line counts as plain")
	}
	d = Parse(source.NewFile("/f", "# {{ managed }}\nk = {{ v }}\nl = 1\n"))
	if d.Template || !d.Lines[0].Template || d.Lines[1].Template {
		t.Error("a tag in a value reaches beyond its line")
	}
}

func TestLongLineEndsTheFile(t *testing.T) {
	for _, c := range []struct {
		length int
		broken string
	}{{maxLine - 1, ""}, {maxLine, tooLong}, {10 << 20, tooLong}} {
		text := "a = 1\n#" + strings.Repeat("x", c.length-1) + "\nb = 2\n"
		d := Parse(source.NewFile("/f", text))
		if d.Lines[0].Broken != "" || d.Lines[1].Broken != c.broken {
			t.Errorf("%d bytes: %q and %q", c.length, d.Lines[0].Broken, d.Lines[1].Broken)
		}
		f := d.File
		after := Parse(source.NewFile("/f", source.Apply(f, []source.Edit{d.Insert("z.y", "1")})))
		if l := after.Lines[1]; c.broken != "" && (l.Key != "z.y" || l.Broken != "") {
			t.Errorf("%d bytes: inserted behind the end", c.length)
		}
	}
}
