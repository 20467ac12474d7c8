package sysctl

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tunelint/tunelint/source"
)

func apply(t *testing.T, f *source.File, e source.Edit) string {
	t.Helper()
	if err := source.Validate([]source.Edit{e}); err != nil {
		t.Fatal(err)
	}
	return source.Apply(f, []source.Edit{e})
}

func TestSetValue(t *testing.T) {
	for text, want := range map[string]string{
		"a.b = 1\n":            "a.b = 42\n",
		"a.b=1 # x\r\nc=2":     "a.b=42\r\nc=2",
		"\t-a.b\t=\t1 2 3 \t":  "\t-a.b\t=\t42 \t",
		"a.b =\n":              "a.b = 42\n",
		"a.b=\n":               "a.b=42\n",
		"a.b = \r\n":           "a.b = 42 \r\n",
		"# a.b = 0\n/a/b = 1":  "# a.b = 0\n/a/b = 42",
		"a.b = \xff\xfe\nx=1 ": "a.b = 42\nx=1 ",
	} {
		d := Parse(source.NewFile("/f", text))
		e := d.Lines[0].SetValue("42")
		if e.Decides != "sysctl a.b" {
			t.Errorf("%q decides %q", text, e.Decides)
		}
		if got := apply(t, d.File, e); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestDelete(t *testing.T) {
	for _, c := range []struct {
		text string
		line int
		want string
	}{
		{"a = 1\nb = 2\nc = 3\n", 1, "a = 1\nc = 3\n"},
		{"a = 1\r\n  b = 2 \r\nc = 3", 1, "a = 1\r\nc = 3"},
		{"a = 1\nb = 2", 1, "a = 1\n"},
		{"a = 1", 0, ""},
		{"# x\n\n-a\n", 0, "# x\n\n"},
		{"bad line\na = 1\n", 0, "a = 1\n"},
	} {
		d := Parse(source.NewFile("/f", c.text))
		if got := apply(t, d.File, d.Lines[c.line].Delete()); got != c.want {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}

// Deleting neighbours is one fix, so the edits must not overlap.
func TestDeleteEveryLine(t *testing.T) {
	d := Parse(source.NewFile("/f", "a = 1\nb = 2\nc = 3"))
	var edits []source.Edit
	for _, l := range d.Lines {
		edits = append(edits, l.Delete())
	}
	if err := source.Validate(edits); err != nil {
		t.Fatal(err)
	}
	if got := source.Apply(d.File, edits); got != "" {
		t.Errorf("%q is left", got)
	}
}

func TestInsert(t *testing.T) {
	for text, want := range map[string]string{
		"":                                "net.core.x = 42\n",
		"# only\n":                        "# only\nnet.core.x = 42\n",
		"# only":                          "# only\nnet.core.x = 42",
		"# only\r\n":                      "# only\r\nnet.core.x = 42\r\n",
		"kernel.a=1":                      "kernel.a=1\nnet.core.x=42",
		"net.core.a=1\nnet.ipv4.b=2\n":    "net.core.a=1\nnet.core.x=42\nnet.ipv4.b=2\n",
		"net.ipv4.b   =  2\nvm.c = 3\n":   "net.ipv4.b   =  2\nnet.core.x   =  42\nvm.c = 3\n",
		"net.core.a = 1\r\nvm.c = 3\r\n":  "net.core.a = 1\r\nnet.core.x = 42\r\nvm.c = 3\r\n",
		"  net/core/a\t=\t1\n":            "  net/core/a\t=\t1\n  net.core.x\t=\t42\n",
		"vm.a = 1\nnet.core.a = 2":        "vm.a = 1\nnet.core.a = 2\nnet.core.x = 42",
		"-net.core.x\nvm.a=1\n":           "-net.core.x\nnet.core.x=42\nvm.a=1\n",
		"net.core.a = 1 \n# about b\n":    "net.core.a = 1 \nnet.core.x = 42\n# about b\n",
		"net.core.a =\nnet.core.b: 1\n\n": "net.core.a =\nnet.core.x = 42\nnet.core.b: 1\n\n",
	} {
		d := Parse(source.NewFile("/f", text))
		if got := apply(t, d.File, d.Insert("net.core.x", "42")); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestEditsThatCannotBe(t *testing.T) {
	d := Parse(source.NewFile("/f", "no assignment\n-x\nk = {{ v }}\na = 1\n"))
	for name, edit := range map[string]func(){
		"set broken":      func() { d.Lines[0].SetValue("1") },
		"set exclusion":   func() { d.Lines[1].SetValue("1") },
		"set template":    func() { d.Lines[2].SetValue("1") },
		"delete template": func() { d.Lines[2].Delete() },
		"two lines":       func() { d.Lines[3].SetValue("1\nb = 2") },
		"insert lines":    func() { d.Insert("b", "1\nc = 2") },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			edit()
		}()
	}
}

func FuzzEdits(f *testing.F) {
	for _, seed := range []string{
		"", "net.core.somaxconn = 4096\n", "a=1\r\nb=2", "\ufeffa = 1\n", "# c\rk = 1\x00\n", "-k\n- k = 1\n--k\n=\n-=\n",
		"net.ipv4.conf.*.rp_filter = 2\n-net.ipv4.conf.eth0.rp_filter\n", "{% if x %}\nk = {{ v }}\n", "../a = 1\n/ = 2\n. = 3", "k\f=\v1\n\xff=\xfe", "0\n\ufeff",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d := Parse(source.NewFile("/f", text))
		checkSpans(t, d)
		for _, key := range []string{"net.core.somaxconn", "net.ipv4.conf.eth0/100.rp_filter", "eth0/100.x"} {
			checkInsert(t, d, key)
		}
		for i, l := range d.Lines {
			if l.Template {
				continue
			}
			checkDelete(t, d, i)
			if l.Assigns() {
				checkSetValue(t, d, i)
			}
		}
	})
}

func checkSpans(t *testing.T, d *Document) {
	last := 0
	for _, l := range d.Lines {
		if l.Span.Start < last || l.Span.End > len(d.File.Text) || l.Span.Text() == "" || strings.Contains(l.Span.Text(), "\n") {
			t.Fatalf("bad span %v", l.Span)
		}
		last = l.Span.End
		if l.KeySpan.IsValid() && !l.Span.Contains(l.KeySpan) || l.ValueSpan.IsValid() && (!l.Span.Contains(l.ValueSpan) || l.ValueSpan.Text() != l.Value) {
			t.Fatalf("%q: key or value outside", l.Span.Text())
		}
		if l.Broken == "" && l.Key != "" && canonical(spell(l.Key)) != l.Key {
			t.Fatalf("key %q is not stable", l.Key)
		}
	}
}

// texts returns the assignments and exclusions of a document, in order.
func texts(d *Document) []string {
	out := []string{}
	for _, l := range d.Lines {
		out = append(out, l.Key+"="+l.Value)
	}
	return out
}

func reparse(t *testing.T, d *Document, e source.Edit) *Document {
	return Parse(source.NewFile("/f", apply(t, d.File, e)))
}

func checkInsert(t *testing.T, d *Document, key string) {
	after := reparse(t, d, d.Insert(key, "42"))
	i := slices.IndexFunc(after.Lines, func(l *Line) bool { return l.Key == key && l.Value == "42" && l.Broken == "" })
	if i < 0 {
		t.Fatalf("%q: %s not found after insertion", d.File.Text, key)
	}
	for j := len(after.Lines) - 1; j > i; j-- {
		if l := after.Lines[j]; l.Key == key && l.Value == "42" && l.Broken == "" {
			i = j
			break
		}
	}
	for _, l := range after.Lines[i+1:] {
		if l.Key == key && l.Broken == "" {
			t.Fatalf("%q: a later line sets %s", d.File.Text, key)
		}
	}
	if diff := cmp.Diff(texts(d), slices.Delete(texts(after), i, i+1)); diff != "" {
		t.Fatal(diff)
	}
}

func checkDelete(t *testing.T, d *Document, i int) {
	if d.end < len(d.File.Text) || i == 0 && d.Lines[0].Broken == byteOrder {
		return // what follows may be read then
	}
	after := reparse(t, d, d.Lines[i].Delete())
	if diff := cmp.Diff(slices.Delete(texts(d), i, i+1), texts(after)); diff != "" {
		t.Fatalf("%q line %d: %s", d.File.Text, i, diff)
	}
}

func checkSetValue(t *testing.T, d *Document, i int) {
	after := reparse(t, d, d.Lines[i].SetValue("42"))
	want := texts(d)
	want[i] = d.Lines[i].Key + "=42"
	if diff := cmp.Diff(want, texts(after)); diff != "" || after.Lines[i].Broken != "" {
		t.Fatalf("%q line %d: %s", d.File.Text, i, diff)
	}
}
