package limits

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/source"
)

func TestParseLines(t *testing.T) {
	for _, c := range []struct {
		line string
		want string // domain|type|item|value|why it is broken
	}{
		{"* soft nofile 4096", "*|soft|nofile|4096|"},
		{"\tWeb  SOFT\tNoFile\v4096 \r", "Web|soft|nofile|4096|"},
		{"@web - nofile 4100#c", "@web|-|nofile|4100|"},
		{"web hard nofile UNLIMITED # c", "web|hard|nofile|unlimited|"},
		{"web soft nofile 4000 5000", "web|soft|nofile|4000|"},
		{"web soft nofile 4k", "web|soft|nofile|4k|"},
		{"web -", "web|-|||"},
		{"@web -", "@web|-|||"},
		{"1000: -", "1000:|-|||"},
		{"%1000: -", "%1000:|-|||"},
		{"* -", `*|-|||domain "*" cannot be exempted`},
		{"%web -", `%web|-|||domain "%web" cannot be exempted`},
		{"web", "web||||1 of 4 fields"},
		{"web soft", "web|soft|||2 of 4 fields"},
		{"web soft nofile", "web|soft|nofile||3 of 4 fields"},
		{"web soft nofiles 1", `web|soft|nofiles|1|unknown item "nofiles"`},
		{"web sotf nofile 1", `web|sotf|nofile|1|unknown type "sotf"`},
		{"web soft nofile many", `web|soft|nofile|many|"many" is no value for nofile`},
		{"web soft nofile =65536", `web|soft|nofile|=65536|"=65536" is no value for nofile`},
		{"web any maxlogins 3", "web|any|maxlogins|3|"},
		{"web - nonewprivs 2", `web|-|nonewprivs|2|"2" is no value for nonewprivs`},
		{"web - nice -5", "web|-|nice|-5|"},
		{"web - nice unlimited", `web|-|nice|unlimited|"unlimited" is no value for nice`},
		{"web - chroot /srv", "web|-|chroot|/srv|"},
		{"% - maxlogins 3", "%|-|maxlogins|3|"},
		{"%web - nofile 3", `%web|-|nofile|3|domain "%web" applies to maxlogins only`},
		{"%1:2 - maxlogins 3", `%1:2|-|maxlogins|3|domain "%1:2": ranges are not supported after %`},
		{"1000:2000 soft nofile 3", "1000:2000|soft|nofile|3|"},
		{":1000 soft nofile 3", ":1000|soft|nofile|3|"},
		{": soft nofile 3", `:|soft|nofile|3|invalid id range ":"`},
		{"web: soft nofile 3", `web:|soft|nofile|3|invalid id range "web:"`},
		{"1:x soft nofile 3", `1:x|soft|nofile|3|invalid id range "1:x"`},
		{"web soft nofile 1\x00 ignored", "web|soft|nofile|1|"},
	} {
		d := Parse(source.NewFile("/etc/security/limits.conf", "# first\n"+c.line+"\n"))
		if len(d.Entries) != 1 || len(d.Skips) != 0 {
			t.Errorf("%q: %d entries, %v", c.line, len(d.Entries), d.Skips)
			continue
		}
		e := d.Entries[0]
		got := strings.Join([]string{e.Domain, e.Type, e.Item, e.Value, e.Broken}, "|")
		if got != c.want {
			t.Errorf("%q:\n got %s\nwant %s", c.line, got, c.want)
		}
		if e.DomainSpan.Text() != e.Domain || lower(e.ValueSpan.Text()) != e.Value || !e.Span.Contains(e.ValueSpan) {
			t.Errorf("%q: spans %q %q %q", c.line, e.Span.Text(), e.DomainSpan.Text(), e.ValueSpan.Text())
		}
	}
}

func TestParseSkips(t *testing.T) {
	long := "#" + strings.Repeat("x", 1100)
	d := Parse(source.NewFile("/l", "web soft nofile 1 # why\n"+long+"\n"+
		"* soft nofile {{ n }}\n* soft nofile unlimited 2\n* hard nofile ${MAX}\n{{ user }} soft nofile 3\n"))
	var skips, entries []string
	for _, s := range d.Skips {
		skips = append(skips, s.Why)
	}
	for _, e := range d.Entries {
		entries = append(entries, e.Span.Text()+"|"+e.Comment.Text())
	}
	if diff := cmp.Diff([]string{whyLongLine, whyTemplate, whyExtraField, whyTemplate, whyTemplate}, skips); diff != "" {
		t.Error(diff)
	}
	want := []string{"web soft nofile 1|# why", "* soft nofile {{ n }}|", "* hard nofile ${MAX}|", "{{ user }} soft nofile 3|"}
	if diff := cmp.Diff(want, entries); diff != "" {
		t.Error(diff)
	}
	d = Parse(source.NewFile("/l", "{% if big %}\n* soft nofile x\n{% endif %}\n"))
	if len(d.Skips) != 2 || len(d.Entries) != 1 || !d.Entries[0].Template || d.Entries[0].Broken != "" {
		t.Errorf("condition: %+v", d.Entries)
	}
}

func TestNumber(t *testing.T) {
	for value, want := range map[string]struct {
		n    uint64
		rest string
	}{
		"4096": {4096, ""}, "4k": {4, "k"}, "0x1000": {0, "x1000"}, "-": {Infinity, ""}, "-1": {Infinity, ""},
		"-5": {^uint64(4), ""}, "Infinity": {Infinity, ""}, "+7": {7, ""}, "99999999999999999999": {Infinity, ""},
	} {
		n, rest, ok := Parse(source.NewFile("", "* soft nofile "+value)).Entries[0].Number()
		if !ok || n != want.n || rest != want.rest {
			t.Errorf("%s: %d %q %v", value, n, rest, ok)
		}
	}
	if _, _, ok := Parse(source.NewFile("", "* soft nice 5")).Entries[0].Number(); ok {
		t.Error("nice is a resource limit")
	}
}

func TestEntryEdits(t *testing.T) {
	const text = "# c\r\n  * soft nofile 1024  # old\r\nweb hard nofile\r\nweb -\r\nlast - nproc 5"
	f := source.NewFile("/l", text)
	d := Parse(f)
	for _, c := range []struct {
		edit source.Edit
		want string
	}{
		{d.Entries[0].SetValue("65536"), strings.Replace(text, "1024", "65536", 1)},
		{d.Entries[0].Delete(), strings.Replace(text, "  * soft nofile 1024  # old\r\n", "", 1)},
		{d.Entries[1].SetValue("9"), strings.Replace(text, "hard nofile", "hard nofile 9", 1)},
		{d.Entries[2].Delete(), strings.Replace(text, "web -\r\n", "", 1)},
		{d.Entries[3].SetValue("6"), strings.Replace(text, "nproc 5", "nproc 6", 1)},
		{d.Entries[3].Delete(), strings.Replace(text, "last - nproc 5", "", 1)},
	} {
		edits := []source.Edit{c.edit}
		if err := source.Validate(edits); err != nil {
			t.Error(err)
		} else if diff := cmp.Diff(c.want, source.Apply(f, edits)); diff != "" {
			t.Error(diff)
		}
	}
	if e := d.Entries[2].SetValue("1"); e.Span.IsValid() {
		t.Error("an exemption got a value")
	}
	if got := d.Entries[0].SetValue("1").Decides; got != "limits * soft nofile" {
		t.Error(got)
	}
}
