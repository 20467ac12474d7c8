package appconf

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/source"
)

func TestReadFixConfig(t *testing.T) {
	for _, c := range []struct {
		text      string
		backup    string
		managed   string
		validated bool
		validate  []string
		roots     []string
		errs      []string
	}{
		{text: "fix: {backup_dir: ../b, managed_files: allow, validate: [nginx], roots: [a, /b]}\n", backup: "../b", managed: "allow", validated: true, validate: []string{"nginx"}, roots: []string{"a", "/b"}},
		{text: "fix: {validate: []}\n", validated: true, validate: []string{}},
		{text: "fix:\n  validate:\n"},
		{text: "fix:\n"},
		{text: "fix: {backup_dir: ''}\n", errs: []string{"1:19: backup_dir: the path is empty"}},
		{text: "fix: {backup_dirs: x}\n", errs: []string{`1:7: unknown key "backup_dirs", did you mean "backup_dir"?`}},
		{text: "fix: {managed_files: never}\n", errs: []string{`1:22: managed_files: unknown value "never": want one of refuse, allow`}},
		{text: "fix: {validate: nginx}\n", errs: []string{`1:17: validate: want a list, not "nginx"`}},
		{text: "fix: {validate: [ngnix]}\n", validated: true, validate: []string{""}, errs: []string{`1:18: validate: unknown value "ngnix", did you mean "nginx"?`}},
		{text: "fix: {roots: a}\n", errs: []string{`1:14: roots: want a list, not "a"`}},
		{text: "fix: [a]\n", errs: []string{`1:6: fix: want keys and values, not a list`}},
	} {
		got, err := ReadConfig(source.NewFile("/repo/tunelint.yaml", c.text))
		if diff := cmp.Diff(c.errs, configErrors(err)); diff != "" {
			t.Errorf("%s: %s", c.text, diff)
		}
		var roots []string
		for _, r := range got.Fix.Roots {
			roots = append(roots, r.Value)
		}
		f := got.Fix
		if f.BackupDir.Value != c.backup || f.ManagedFiles != c.managed || f.Validate.Known != c.validated {
			t.Errorf("%s: %+v", c.text, f)
		}
		if diff := cmp.Diff(c.validate, f.Validate.Value) + cmp.Diff(c.roots, roots); diff != "" {
			t.Errorf("%s: %s", c.text, diff)
		}
	}
}
