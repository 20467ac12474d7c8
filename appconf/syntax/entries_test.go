package syntax

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/source"
)

// TestEntries checks what each notation gives, and the text at the place of each entry.
func TestEntries(t *testing.T) {
	one := func(entries []KeyValue, err error) ([][]KeyValue, error) { return [][]KeyValue{entries}, err }
	json := func(f *source.File) ([][]KeyValue, error) { return one(JSONEntries(f)) }
	ini := func(f *source.File) ([][]KeyValue, error) { return one(INIEntries(f), nil) }
	properties := func(f *source.File) ([][]KeyValue, error) { return PropertyDocuments(f), nil }
	xml := func(f *source.File) ([][]KeyValue, error) {
		all, err := Elements(f)
		var out []KeyValue
		for _, e := range all {
			out = append(out, KeyValue{Section: e.Name, Key: "a", Text: e.Attributes["a"].Text, At: e.Attributes["a"].At})
		}
		return one(out, err)
	}
	for _, c := range []struct {
		name, text string
		read       func(*source.File) ([][]KeyValue, error)
		want       []string
	}{
		{"json", "{\"a\": {\"b\": 5}, // c\n \"d\": [true,],}", json, []string{`a:b=5 at "b": 5`, `d:=true at true`}},
		{"json that is cut", `{"a": `, json, []string{"EOF"}},
		{"json twice", `{} {}`, json, []string{"more than one value"}},
		{"ini", "[s]\na = \"b;c\" ; d\n;e=1\nf\n", ini, []string{`[s]a=b;c at a = "b;c"`}},
		{"properties", "a.b : c\\\n  d\n#---\n! x\ne f", properties, []string{"a.b=cd at a.b : c\\\n  d", "---", "e=f at e f"}},
		{"yaml", "a: &x {b: 1}\nc: {<<: *x, d: [2, 3]}\n---\ne: \"f\"\n", YAMLDocuments, []string{"a.b=1 at b: 1", "c.b=1 at b: 1", "c.d=2,3 at d: [2, 3]", "---", `e=f at e: "f"`}},
		{"yaml that is none", "a: [", YAMLDocuments, []string{"yaml: line 1: did not find expected node content"}},
		{"xml", "<s><t a = '&#53;'/></s>", xml, []string{"[s]a= at ", "[t]a=5 at a = '&#53;'"}},
		{"xml that is cut", "<s", xml, []string{"XML syntax error on line 1: unexpected EOF"}},
	} {
		docs, err := c.read(source.NewFile("/f", c.text))
		var lines []string
		for i, d := range docs {
			if i > 0 {
				lines = append(lines, "---")
			}
			for _, e := range d {
				section := strings.Replace("["+e.Section+"]", "[]", "", 1)
				lines = append(lines, fmt.Sprintf("%s%s=%s at %s", section, e.Key, e.Text, e.At.Text()))
			}
		}
		if err != nil {
			lines = []string{err.Error()}
		}
		if diff := cmp.Diff(c.want, lines); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}
