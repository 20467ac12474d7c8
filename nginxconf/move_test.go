package nginxconf

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/source"
)

// TestMoveBehind moves the first directive of a block behind the one named.
func TestMoveBehind(t *testing.T) {
	for _, test := range []struct{ name, behind, before, after string }{
		{"a line", "c", "u {\n\ta 1;\n\tb;\n\tc;\n}\n", "u {\n\tb;\n\tc;\n\ta 1;\n}\n"},
		{"its comments", "c", "u {\n  # why\n  a 1; # one\n\n  b;\n  c; # three\n}\n", "u {\n  b;\n  c; # three\n  # why\n  a 1; # one\n}\n"},
		{"a comment on more", "c", "u {\n  # all\n  a 1;\n  b;\n  c;\n}\n", "u {\n  # all\n  b;\n  c;\n  a 1;\n}\n"},
		{"a comment right above both", "c", "u {\n  # why\n  a 1;\n  c;\n}\n", "u {\n  c;\n  # why\n  a 1;\n}\n"},
		{"its family", "c", "u {\n  a 1;\n  a_b 2; # two\n  ab;\n  c;\n}\n", "u {\n  ab;\n  c;\n  a 1;\n  a_b 2; # two\n}\n"},
		{"a block", "c", "u {\r\n  a 1;\r\n  c {\r\n  }\r\n}\r\n", "u {\r\n  c {\r\n  }\r\n  a 1;\r\n}\r\n"},
		{"on one line", "c", "u { a 1; b; c; }", "u { b; c; a 1; }"},
		{"from a line into one", "c", "u {\n  a 1; # one\n  c; d;\n}\n", "u {\n  # one\n  c; a 1; d;\n}\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := source.NewFile("/etc/nginx/nginx.conf", test.before)
			list := Parse(f).Directives[0].Block.Directives
			var edits []source.Edit
			for _, d := range list {
				if d.Name == test.behind {
					edits = list[0].MoveBehind(d)
				}
			}
			if diff := cmp.Diff(test.after, source.Apply(f, source.Sorted(edits))); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if back := list[1].MoveBehind(list[0]); back != nil {
				t.Errorf("backwards: %v", back)
			}
		})
	}
}
