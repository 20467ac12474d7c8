package sysctl

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/source/realpart"
)

// applyVariable makes the test binary, started in namespaces of its own, apply
// random hosts instead of running tests. It holds an [application].
const applyVariable = "TUNELINT_TEST_APPLY"

func TestMain(m *testing.M) {
	if text := os.Getenv(applyVariable); text != "" {
		if err := applyAll(text); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// An application says which hosts the loaders apply and which keys are looked at.
type application struct {
	Loader string // systemd-sysctl
	Root   string // holds the hosts by number
	Hosts  int
	Keys   []string // paths below /proc/sys
	Start  []string // their values to begin with
}

// Applied is what the loaders did to one host: the files that they name in their
// order, and what the kernel holds afterwards by key.
type applied struct {
	BootFiles, SystemFiles []string
	Boot, System           []string
}

// applyAll prints what the loaders do to each host, as JSON.
func applyAll(text string) error {
	var a application
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		return err
	}
	if err := ownDirectories(); err != nil {
		return err
	}
	var out []applied
	for i := range a.Hosts {
		if err := a.takeOver(filepath.Join(a.Root, fmt.Sprint(i))); err != nil {
			return err
		}
		var r applied
		a.reset()
		boot := exec.Command(a.Loader) // fails for lines that it cannot use
		boot.Env = append(os.Environ(), "SYSTEMD_LOG_LEVEL=debug", "SYSTEMD_LOG_TARGET=console")
		list, _ := boot.CombinedOutput()
		r.BootFiles, r.Boot = headings(list, "Parsing ", ""), a.read()
		a.reset()
		list, _ = exec.Command("sysctl", "--system").Output()
		r.SystemFiles, r.System = headings(list, "* Applying ", " ..."), a.read()
		out = append(out, r)
	}
	return json.NewEncoder(os.Stdout).Encode(out)
}

// ownDirectories mounts empty directories over those that the loaders read.
func ownDirectories() error {
	own := func(args ...string) error {
		if text, err := exec.Command("mount", args...).CombinedOutput(); err != nil {
			return fmt.Errorf("mount %v: %w: %s", args, err, text)
		}
		return nil
	}
	for _, d := range []string{"/run", "/usr/local/lib", "/etc/sysctl.d", "/usr/lib/sysctl.d"} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			return err
		}
		if err := own("-t", "tmpfs", "tmpfs", d); err != nil {
			return err
		}
	}
	if err := os.WriteFile("/run/sysctl.conf", nil, 0o644); err != nil {
		return err
	}
	if f, err := os.OpenFile("/etc/sysctl.conf", os.O_CREATE|os.O_RDONLY, 0o644); err == nil {
		f.Close()
	}
	return own("--bind", "/run/sysctl.conf", "/etc/sysctl.conf")
}

// takeOver puts the files of a host in place of those of the machine.
func (a application) takeOver(host string) error {
	for _, d := range directories()[:4] {
		if err := copyDirectory(filepath.Join(host, d), d); err != nil {
			return err
		}
	}
	data, err := os.ReadFile(filepath.Join(host, "etc/sysctl.conf"))
	if err != nil {
		return err
	}
	return os.WriteFile("/etc/sysctl.conf", data, 0o644)
}

// copyDirectory replaces what is in one directory by what is in another.
func copyDirectory(from, to string) error {
	old, _ := os.ReadDir(to)
	for _, e := range old {
		if err := os.RemoveAll(filepath.Join(to, e.Name())); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	entries, err := os.ReadDir(from)
	for _, e := range entries {
		if err == nil {
			err = copyEntry(filepath.Join(from, e.Name()), filepath.Join(to, e.Name()), e)
		}
	}
	return err
}

func copyEntry(from, to string, e os.DirEntry) error {
	switch {
	case e.IsDir():
		return os.Mkdir(to, 0o755)
	case e.Type().IsRegular():
		data, err := os.ReadFile(from)
		if err != nil {
			return err
		}
		return os.WriteFile(to, data, 0o644)
	}
	target, err := os.Readlink(from)
	if err != nil {
		return err
	}
	return os.Symlink(target, to)
}

func (a application) reset() {
	for i, key := range a.Keys {
		_ = os.WriteFile("/proc/sys/"+key, []byte(a.Start[i]+"\n"), 0)
	}
}

func (a application) read() []string {
	var out []string
	for _, key := range a.Keys {
		data, _ := os.ReadFile("/proc/sys/" + key)
		out = append(out, strings.Join(strings.Fields(string(data)), " "))
	}
	return out
}

// headings returns the names that a loader prints before it reads each file.
func headings(out []byte, prefix, suffix string) []string {
	var names []string
	for line := range strings.Lines(string(out)) {
		name, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), prefix)
		if ok && strings.HasPrefix(name, "/") && strings.HasSuffix(name, ".conf"+suffix) {
			names = append(names, strings.TrimSuffix(name, suffix))
		}
	}
	return names
}

// Whatever the files say, the loaders read those that Settings lists, in that
// order, and a value that is called known is the one they leave in the kernel:
// systemd-sysctl for Value, sysctl --system for SystemValue.
func TestValuesAgainstTheLoaders(t *testing.T) {
	a := application{Loader: systemdSysctl(t), Root: inMemory(t), Hosts: randomTrees}
	realpart.Need(t, "sysctl")
	kernel := runningKernel(t)
	for _, key := range randomKeys {
		k, _ := Lookup(key)
		value, ok := k.DefaultFor(kernel)
		if !ok {
			realpart.Beyond(t, "kernel whose default of "+key+" is known, this is "+kernel)
		}
		a.Keys, a.Start = append(a.Keys, swap(key)), append(a.Start, value)
	}
	random := rand.New(rand.NewPCG(3, 4))
	for i := range a.Hosts {
		kinds := allKinds
		if i%4 > 0 {
			kinds = kindsOfFiles
		}
		tree(t, random, filepath.Join(a.Root, fmt.Sprint(i)), kinds, func(string) string { return randomFile(random) })
	}
	var c comparison
	for i, r := range a.run(t) {
		// The error names directories called x.conf; the rest is read.
		v := source.NewStore(source.OS()).View(filepath.Join(a.Root, fmt.Sprint(i)))
		s, _ := Load(v, Options{Kernel: kernel})
		c.order(t, i, v, s, r)
		for k, key := range randomKeys {
			c.value(t, fmt.Sprintf("host %d: %s", i, key), s.Value(key), r.Boot[k])
			c.value(t, fmt.Sprintf("host %d: %s by hand", i, key), s.SystemValue(key), r.System[k])
			c.contenders(t, s, key)
		}
	}
	t.Logf("%d files compared; %d values known, %d of them set by a line; %d unknown", c.files, c.known, c.set, c.unknown)
	if c.files < 7*a.Hosts || c.known*10 < (c.known+c.unknown)*6 || c.set < a.Hosts {
		t.Errorf("too little is known: %+v", c)
	}
}

// run applies the hosts in namespaces where keys and directories can be written
// without touching the machine.
func (a application) run(t *testing.T) []applied {
	t.Helper()
	realpart.Need(t, "unshare", "mount")
	if err := exec.Command("unshare", "-nm", "true").Run(); err != nil {
		realpart.Lacking(t, "namespaces by unshare -nm: "+err.Error())
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("unshare", "-nm", self)
	cmd.Env = append(os.Environ(), applyVariable+"="+string(text))
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %s", err, errs.String())
	}
	var list []applied
	if err := json.Unmarshal(out.Bytes(), &list); err != nil || len(list) != a.Hosts {
		t.Fatalf("%d hosts: %v", len(list), err)
	}
	return list
}

// A comparison counts what was compared with the loaders.
type comparison struct{ files, known, set, unknown int }

// order compares the files that the loaders name with those of the settings.
func (c *comparison) order(t *testing.T, host int, v *source.View, s *Settings, r applied) {
	t.Helper()
	opened := func(names []string) []string {
		var out []string
		for _, name := range names {
			if f, err := v.Open(name); err == nil {
				out = append(out, f.Path)
			}
		}
		return lastOf(out)
	}
	c.files += len(s.Documents) + len(s.SystemOrder())
	if diff := cmp.Diff(opened(r.BootFiles), paths(s.Documents)); diff != "" {
		t.Errorf("host %d: systemd-sysctl reads others: %s", host, diff)
	}
	if diff := cmp.Diff(opened(r.SystemFiles), paths(s.SystemOrder())); diff != "" {
		t.Errorf("host %d: sysctl --system reads others: %s", host, diff)
	}
}

// value compares a value with the kernel's, numbers as the kernel prints them.
func (c *comparison) value(t *testing.T, what string, got source.Setting[string], want string) {
	t.Helper()
	if !got.Known {
		c.unknown++
		return
	}
	c.known++
	if !got.Origin.IsDefault() {
		c.set++
	}
	have := got.Value
	if list, _ := leadingNumbers(got.Value, len(strings.Fields(want))); len(list) > 0 && !strings.ContainsAny(want, ",-") {
		have = strings.Trim(fmt.Sprint(list), "[]")
	}
	if have != want {
		t.Errorf("%s is %q, the kernel has %q", what, got.Value, want)
	}
}

// contenders checks that the line in force is the one that Value names.
func (c *comparison) contenders(t *testing.T, s *Settings, key string) {
	t.Helper()
	v := s.Value(key)
	list := s.Contenders(key)
	for i, l := range list {
		inForce := v.Known && l.Line.Span.Contains(v.Origin.Span)
		if inForce != (l.Fate == InForce) || inForce && i != len(list)-1 {
			t.Errorf("%s: %s is %s, in force is %v", key, l.Line.Span, l.Fate, v)
		}
	}
	if fromLine := v.Known && !v.Origin.IsDefault(); fromLine && (len(list) == 0 || list[len(list)-1].Fate != InForce) {
		t.Errorf("%s: no line is in force, but %v", key, v)
	}
}

func systemdSysctl(t *testing.T) string {
	t.Helper()
	for _, p := range []string{"/usr/lib/systemd/systemd-sysctl", "/lib/systemd/systemd-sysctl"} {
		if _, err := os.Stat(p); err == nil {
			return path.Clean(p)
		}
	}
	realpart.Lacking(t, "systemd-sysctl")
	return ""
}
