package limits

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/source"
)

// lawful bounds the lines of one input whose edits are tried: each costs a
// parse of the whole text.
const lawful = 8

func inBounds(t *testing.T, f *source.File, spans ...source.Span) {
	t.Helper()
	for _, s := range spans {
		if s.File != f || s.Start < 0 || s.Start > s.End || s.End > len(f.Text) {
			t.Fatalf("span %d-%d of %d bytes", s.Start, s.End, len(f.Text))
		}
	}
}

func apply(t *testing.T, f *source.File, e source.Edit) *source.File {
	t.Helper()
	edits := []source.Edit{e}
	if err := source.Validate(edits); err != nil {
		t.Fatal(err)
	}
	return source.NewFile(f.Path, source.Apply(f, edits))
}

func entryLines(d *Document, except int) []string {
	out := []string{}
	for i, e := range d.Entries {
		if i != except {
			out = append(out, e.Domain+"|"+e.Type+"|"+e.Item+"|"+e.Value+"|"+e.Broken)
		}
	}
	return out
}

func FuzzParse(f *testing.F) {
	for _, c := range sessionCases() {
		for _, text := range c {
			f.Add(text)
		}
	}
	f.Add("{% if x %}\n* soft nofile {{ n }}\n{% endif %}\n* hard nofile\n")
	f.Fuzz(func(t *testing.T, text string) {
		file := source.NewFile("/etc/security/limits.conf", text)
		d := Parse(file)
		for _, s := range d.Skips {
			inBounds(t, file, s.Span)
		}
		for i, e := range d.Entries {
			inBounds(t, file, e.Span, e.DomainSpan, e.ValueSpan)
			if e.Template || i >= lawful {
				continue
			}
			deleted := Parse(apply(t, file, e.Delete()))
			if diff := cmp.Diff(entryLines(d, i), entryLines(deleted, -1)); diff != "" {
				t.Fatalf("delete %s:\n%s", e.Span.Text(), diff)
			}
			if e.Item == "" || e.line.End-e.line.Start > maxConfLine-8 {
				continue
			}
			set := Parse(apply(t, file, e.SetValue("65536")))
			if diff := cmp.Diff(entryLines(d, i), entryLines(set, i)); diff != "" || set.Entries[i].Value != "65536" {
				t.Fatalf("set %s: %s\n%s", e.Span.Text(), set.Entries[i].Value, diff)
			}
		}
	})
}

func assignmentLines(u *UnitFile, except int) []string {
	out := []string{}
	for i, a := range u.Assignments {
		if i != except {
			out = append(out, a.Section+"|"+a.Key+"|"+a.Value+"|"+a.Broken)
		}
	}
	return out
}

// mendedAsSaid applies the repair of an assignment and looks for what it promises.
func mendedAsSaid(t *testing.T, a *Assignment) {
	t.Helper()
	edits, as := a.Mend()
	if len(edits) == 0 {
		return
	}
	if err := source.Validate(edits); err != nil {
		t.Fatalf("mend %q: %v", a.Span.Text(), err)
	}
	mended := ParseUnit(source.NewFile(unitPath, source.Apply(a.in.File, edits)))
	for _, b := range mended.Assignments {
		if b.Broken == "" && b.Key+"="+b.Value == as {
			return
		}
	}
	t.Fatalf("mend %q: %s is not in %q", a.Span.Text(), as, mended.File.Text)
}

func FuzzParseUnit(f *testing.F) {
	for _, text := range []string{
		"", "[Service]\nLimitNOFILE=1\n", "[Service]\r\nA=1\\\r\n# c\r\n 2\r\n", "A=1\\", "[Service]\nA=1\\\n#x", "[Unit]\nB: 2\\\n\n[S\nC=3",
		"\ufeff[Service]\x00A=\r=1\n\rLimitNOFILE 64k \\\n;c\n\\\n", "[Service]\n{% if x %}\nA=1\n", "[Service]\nA=\\\n\n\xffB", "\ufeff[", "[Service", "\ufeff]\x00\ufeff", "\ufeff1\n;",
		"LimitNOFILE=64k\n", "[Service]\nLimitNofile 65_536 # c\\\n;d\nMemoryMax=1GB\n", "[Unit]\r\nLimitNOFILE=unlimited\r\n", "\ufeffLimitNPROC=1k:2K",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		file := source.NewFile(unitPath, text)
		u := ParseUnit(file)
		for _, s := range u.Skips {
			inBounds(t, file, s.Span)
		}
		if u.Err != nil {
			inBounds(t, file, u.Err.Span)
		}
		for i, a := range u.Assignments {
			inBounds(t, file, a.Span, a.KeySpan, a.ValueSpan)
			if a.Template || i >= lawful || strings.Count(text, byteOrderMark) > 1 { // deleting the first mark makes systemd drop the second
				continue
			}
			mendedAsSaid(t, a)
			deleted := ParseUnit(apply(t, file, a.Delete()))
			if diff := cmp.Diff(assignmentLines(u, i), assignmentLines(deleted, -1)); diff != "" {
				t.Fatalf("delete %s:\n%s", a.Span.Text(), diff)
			}
			set := ParseUnit(apply(t, file, a.SetValue("4242")))
			if diff := cmp.Diff(assignmentLines(u, i), assignmentLines(set, i)); diff != "" || set.Assignments[i].Value != "4242" {
				t.Fatalf("set %s: %s\n%s", a.Span.Text(), set.Assignments[i].Value, diff)
			}
		}
		if u.Template {
			return
		}
		inserted := ParseUnit(apply(t, file, u.Insert("Service", "LimitNOFILE", "4242")))
		if a := last([]*UnitFile{inserted}, "Service", "LimitNOFILE"); a == nil || a.Value != "4242" {
			t.Fatalf("insert: %q", inserted.File.Text)
		}
		if want, got := len(u.Assignments)+1, len(inserted.Assignments); want != got {
			t.Fatalf("insert: %d assignments, want %d", got, want)
		}
	})
}
