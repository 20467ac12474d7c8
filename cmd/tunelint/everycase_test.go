package main

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/tunelint/tunelint/lint/rules"
	"github.com/tunelint/tunelint/source/realpart"
)

// oneCaseOf is how many cases of the archives one is taken of.
const oneCaseOf = 20

// TestEveryCase writes the fixes of the cases of the rules, of whole hosts and of the
// corpus to real files with the whole program: what is on disk is what the diff and
// the archive say, everything else stays as it is, a second run writes nothing, and
// undo brings back the very files. TUNELINT_EVERY_CASE=1 takes all cases.
func TestEveryCase(t *testing.T) {
	realpart.Need(t, "patch")
	for _, pattern := range []string{"../../lint/rules/*.txtar", "../../testdata/hosts/*.txtar"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("no archives %s: %v", pattern, err)
		}
		for _, file := range files {
			for _, c := range readWriteCases(t, file) {
				c.runSome(t)
			}
		}
	}
	examples, err := filepath.Glob("../../examples/*/tunelint.yaml")
	if err != nil || len(examples) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for _, file := range examples {
		c := &writeCase{name: "examples/" + filepath.Base(filepath.Dir(file)), files: map[string]string{}}
		for name, e := range stateOf(t, filepath.Dir(file)) {
			if e.kind == 'f' {
				c.files[name] = e.text
			}
		}
		t.Run(c.name, c.run)
	}
	configurations, err := filepath.Glob("../../testdata/corpus/*.conf")
	if err != nil || len(configurations) == 0 {
		t.Fatalf("no corpus: %v", err)
	}
	for _, file := range configurations {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		c := &writeCase{name: "corpus/" + filepath.Base(file), files: map[string]string{
			"etc/nginx/nginx.conf":       string(text),
			"etc/sysctl.d/50-early.conf": "net.core.somaxconn = 4096\n",
			"etc/sysctl.d/90-web.conf":   "net.core.somaxconn = 128 # more\nnet.ipv4.tcp_tw_recycle = 1\n",
			"etc/security/limits.conf":   "www-data - nofile 1024\n",
		}}
		c.runSome(t)
	}
}

// A writeCase is a machine of an archive, by paths below its root, and what the fixes of
// the rule that the archive is about lead to, by letter.
type writeCase struct {
	name, rule string
	files      map[string]string
	fixed      map[string]map[string]string
	lettered   bool // its findings offer several fixes
	runs       bool // it shows what runs, which no file here can
}

// readWriteCases reads the cases of an archive that have no made-up rules.
func readWriteCases(t *testing.T, file string) []*writeCase {
	t.Helper()
	a, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	name := strings.TrimSuffix(filepath.Base(file), ".txtar")
	rule := ""
	for _, r := range rules.All() {
		if strings.ReplaceAll(r.Name, "/", "-") == name {
			rule = r.Name
		}
	}
	var out []*writeCase
	madeUp := map[string]bool{}
	for _, f := range a.Files {
		folder, rest, _ := strings.Cut(f.Name, "/")
		at := slices.IndexFunc(out, func(c *writeCase) bool { return c.name == name+"/"+folder })
		if at < 0 {
			at = len(out)
			out = append(out, &writeCase{name: name + "/" + folder, rule: rule, files: map[string]string{}, fixed: map[string]map[string]string{}})
		}
		madeUp[out[at].name] = madeUp[out[at].name] || rest == "made-up-rules"
		out[at].add(rest, string(f.Data))
	}
	return slices.DeleteFunc(out, func(c *writeCase) bool { return madeUp[c.name] })
}

func (c *writeCase) add(name, data string) {
	folder, rest, _ := strings.Cut(name, "/")
	letter := "A"
	if l, ok := strings.CutPrefix(folder, "fixed-"); ok {
		folder, letter = "fixed", strings.ToUpper(l)
	}
	switch {
	case folder == "fixed":
		if c.fixed[letter] == nil {
			c.fixed[letter] = map[string]string{}
		}
		c.fixed[letter][rest] = plainText(data)
	case name == "want":
		c.lettered = lettered.MatchString(data)
	case name == "queues", name == "written", folder == "proc":
		c.runs = true
	case name == "diff":
	default:
		c.files[name] = plainText(data)
	}
}

// lettered finds a fix that is one of several.
var lettered = regexp.MustCompile(`(?m)^\tfix: [A-Z] `)

// linkMark begins the text of what is a symbolic link.
const linkMark = "<LINK>"

// plainText resolves what archives write for bytes that a text cannot hold.
func plainText(data string) string {
	data = strings.NewReplacer("<CR>\n", "\r\n", "<EOF>\n", "", "<BOM>", "\ufeff", "<NUL>", "\x00").Replace(data)
	if strings.HasPrefix(data, linkMark) {
		return strings.TrimSpace(data)
	}
	return data
}

// seed is a number that depends on nothing but the name of the case.
func (c *writeCase) seed() uint32 {
	h := fnv.New32a()
	h.Write([]byte(c.name))
	return h.Sum32()
}

func (c *writeCase) runSome(t *testing.T) {
	if os.Getenv("TUNELINT_EVERY_CASE") == "" && c.seed()%oneCaseOf != 0 {
		return
	}
	t.Run(c.name, c.run)
}

func (c *writeCase) run(t *testing.T) {
	w := &writtenTree{t: t, root: filepath.Join(memoryFolder(t), "machine"), state: filepath.Join(memoryFolder(t), "state")}
	w.make(c)
	if c.rule != "" && !c.runs {
		for _, letter := range slices.Sorted(maps.Keys(c.fixed)) {
			args := []string{"--unsafe", "--verbose", "--only", c.rule}
			if c.lettered {
				args = append(args, "--choose", letter)
			}
			w.write(c.fixed[letter], args...)
		}
	}
	w.write(nil, "--unsafe", "--verbose")
	w.write(nil)
}

// memoryFolder makes a folder where files are in memory, if there is such a place.
func memoryFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "tunelint-*")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// write lets the program fix the tree, compares the files with the
// diff and with those that are wanted where they are not nil, and takes it all back.
func (w *writtenTree) write(want map[string]string, args ...string) {
	w.t.Helper()
	before := w.look()
	dry, diff, said := w.tunelint(append([]string{"fix"}, args...)...)
	if changed := before.differ(w.look()); changed != "" {
		w.t.Fatalf("fix without --write changes %s", changed)
	}
	args = append(args, "--write", "--yes", "--allow-managed")
	code, again, said := w.tunelint(append([]string{"fix"}, args...)...)
	after := w.look()
	if dry > exitFindings || code > exitFindings || diff == "" {
		if changed := before.differ(after); changed != "" || dry > exitFindings && dry != code {
			w.t.Fatalf("exit codes %d and %d, changed: %s\n%s", dry, code, changed, said)
		}
		if code > exitFindings {
			w.t.Logf("exit code %d: %s", code, said)
		}
		if len(want) > 0 {
			w.t.Errorf("nothing is written: exit codes %d and %d, %s", dry, code, said)
		}
		return
	}
	if again != diff {
		w.t.Errorf("another diff with --write: %s", cmp.Diff(diff, again))
	}
	w.checkTexts(before, after, diff)
	if want != nil {
		if d := cmp.Diff(want, after.texts(before), cmpopts.EquateEmpty()); d != "" {
			w.t.Errorf("written (-want +got): %s", d)
		}
	}
	w.checkKept(before, after)
	w.checkSecond(after, args)
	w.checkUndo(before)
}

// checkTexts fails unless the files are what patch makes of the diff.
func (w *writtenTree) checkTexts(before, after treeState, diff string) {
	w.t.Helper()
	copied := filepath.Join(filepath.Dir(w.state), "patched")
	defer os.RemoveAll(copied)
	for name, entry := range before {
		if entry.kind != 'f' {
			continue
		}
		put(w.t, filepath.Join(copied, name), entry.text)
	}
	if len(before) == 0 {
		w.t.Fatal("no files")
	}
	cmd := exec.Command("patch", "-p1", "--binary", "-s", "-E", "-d", copied)
	cmd.Stdin = strings.NewReader(diff)
	if out, err := cmd.CombinedOutput(); err != nil {
		w.t.Fatalf("patch: %v: %s\n%s", err, out, diff)
	}
	got := stateOf(w.t, copied)
	for name, entry := range after {
		if entry.kind == 'f' && got[name].text != entry.text {
			w.t.Errorf("%s (-diff +disk): %s", name, cmp.Diff(got[name].text, entry.text))
		}
	}
}

// checkKept fails if more than the texts of files was changed, or something lies there
// that is neither from before nor a new file of the kind that programs read.
func (w *writtenTree) checkKept(before, after treeState) {
	w.t.Helper()
	for name, old := range before {
		now, ok := after[name]
		switch {
		case !ok:
			w.t.Errorf("%s is gone", name)
		case old.text == now.text && old.kind == 'f' && old != now:
			w.t.Errorf("%s was touched: %+v became %+v", name, old, now)
		case old.kind != now.kind || old.mode != now.mode || old.owner != now.owner || old.kind == 'l' && old.text != now.text:
			w.t.Errorf("%s: %+v became %+v", name, old, now)
		}
	}
	for name, now := range after {
		want := map[byte]os.FileMode{'f': 0o644, 'd': 0o755}[now.kind]
		if _, ok := before[name]; !ok && (now.mode.Perm() != want || strings.HasPrefix(path.Base(name), ".")) {
			w.t.Errorf("new: %s %+v", name, now)
		}
	}
}

// checkSecond fails if the same run once more writes anything.
func (w *writtenTree) checkSecond(after treeState, args []string) {
	w.t.Helper()
	runs := w.runs()
	code, diff, said := w.tunelint(append([]string{"fix"}, args...)...)
	if changed := after.differ(w.look()); changed != "" || diff != "" || code > exitFindings || w.runs() != runs {
		w.t.Errorf("the second run: exit code %d, changed %q\n%s%s", code, changed, diff, said)
	}
}

// checkUndo fails unless undo brings back the tree.
func (w *writtenTree) checkUndo(before treeState) {
	w.t.Helper()
	var out, said bytes.Buffer
	a := &app{stdout: &out, stderr: &said, rules: rules.All}
	code := a.run([]string{"undo", "--backup-dir", w.state})
	if changed := before.differWithoutInodes(w.look()); code != exitClean || changed != "" {
		w.t.Fatalf("undo: exit code %d, different: %s\n%s%s", code, changed, &out, &said)
	}
}

// tunelint runs the program on the tree and returns its exit code and what it prints.
func (w *writtenTree) tunelint(args ...string) (int, string, string) {
	var out, said bytes.Buffer
	a := &app{stdout: &out, stderr: &said, rules: rules.All}
	if w.declared {
		args = append(args, w.root)
	} else {
		args = append(args, "--no-config", "--root", w.root)
	}
	if slices.Contains(args, "--write") {
		args = append(args, "--backup-dir", w.state)
	}
	code := a.run(args)
	return code, strings.ReplaceAll(out.String(), w.shown(), ""), said.String()
}

// runs says which runs the state folder holds.
func (w *writtenTree) runs() string {
	names, err := filepath.Glob(w.state + "/*-*")
	return fmt.Sprint(names, err)
}
