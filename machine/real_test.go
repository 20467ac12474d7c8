package machine

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/source/realpart"
)

// asked is set for a child that prints what it reads of its machine.
const asked = "MACHINE_TEST_DESCRIBE"

func TestMain(m *testing.M) {
	if os.Getenv(asked) != "" {
		fmt.Print(describe(Read(source.OS(), nil)))
		return
	}
	os.Exit(m.Run())
}

// output returns what a program prints, without the blanks around it.
func output(t *testing.T, name string, args ...string) string {
	t.Helper()
	realpart.Need(t, name)
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		t.Fatalf("%s %v: %v", name, args, err)
	}
	return strings.TrimSpace(string(out))
}

// What is read agrees with the programs that people ask.
func TestAsPrograms(t *testing.T) {
	m := Read(source.OS(), []string{"net.ipv4.tcp_rmem", "fs.nr_open", "net.ipv4.ip_local_port_range"})
	same(t, "uname -r", m.Kernel.Full, output(t, "uname", "-r"))
	if m.Kernel.Architecture.Known {
		same(t, "uname -m", m.Kernel.Architecture, output(t, "uname", "-m"))
	}
	same(t, "getconf _NPROCESSORS_ONLN", m.CPUs.Online, output(t, "getconf", "_NPROCESSORS_ONLN"))
	same(t, "nproc", m.CPUs.Usable, output(t, "nproc"))
	same(t, "getconf PAGE_SIZE", m.PageSize, output(t, "getconf", "PAGE_SIZE"))
	free := strings.Fields(output(t, "free", "-b"))
	for i, word := range free {
		switch word {
		case "Mem:":
			same(t, "free: memory", m.Memory.Total, free[i+1])
		case "Swap:":
			same(t, "free: swap", m.Memory.Swap, free[i+1])
		}
	}
	same(t, "prlimit", m.HardNoFile, output(t, "prlimit", "--nofile", "--noheadings", "--output", "HARD"))
	if os.Geteuid() == 0 {
		same(t, "prlimit of process 1", m.FirstNoFile, output(t, "prlimit", "--pid", "1", "--nofile", "--noheadings", "--output", "SOFT,HARD"))
	}
	same(t, "os-release", m.Distribution, output(t, "sh", "-c", `. /etc/os-release; echo "$ID $VERSION_ID $PRETTY_NAME"`))
	for key, value := range m.Values {
		if want := strings.ReplaceAll(output(t, "sysctl", "-n", key), "\t", " "); value != want {
			t.Errorf("%s: %q, sysctl says %q", key, value, want)
		}
	}
	if len(m.Values) != 3 {
		t.Errorf("values: %v", m.Values)
	}
}

// same compares a figure with what a program prints, braces aside.
func same[T any](t *testing.T, what string, f Figure[T], want string) {
	t.Helper()
	if got := strings.Trim(fmt.Sprint(f.Value), "{}"); !f.Known || strings.Join(strings.Fields(want), " ") != strings.TrimSpace(got) {
		t.Errorf("%s: %q, read %+v", what, want, f)
	}
}

func TestAsSystemd(t *testing.T) {
	m := Read(source.OS(), nil)
	version := strings.Fields(output(t, "systemctl", "--version"))
	if m.Systemd.Version.Known && m.Systemd.Version.Value != version[1] {
		t.Errorf("systemd %v, it says %s", m.Systemd.Version, version[1])
	}
	realpart.Need(t, "systemd-detect-virt")
	out, _ := exec.Command("systemd-detect-virt", "--container").Output() // fails where there is none
	said := strings.Replace(strings.TrimSpace(string(out)), "none", "", 1)
	if c := m.Container; c.Known && c.Value != said && c.Value != "kubernetes" {
		t.Errorf("container %+v, systemd-detect-virt says %q", c, said)
	}
}

func TestInstalledNginx(t *testing.T) {
	realpart.Need(t, "nginx")
	n := InstalledNginx()
	n.Value.ReadModules(source.OS())
	out, err := exec.Command("nginx", "-v").CombinedOutput()
	if err != nil || !n.Known || !strings.Contains(string(out), "nginx/"+n.Value.Version) {
		t.Errorf("%+v, nginx -v says %s, %v", n, out, err)
	}
	if n.Value.Path == "" || len(n.Value.Static) == 0 {
		t.Errorf("%+v", n)
	}
	for _, name := range n.Value.Dynamic {
		if _, err := os.Stat(filepath.Join(n.Value.Folder, name)); err != nil {
			t.Error(err)
		}
	}
}

// A user whose PATH lacks the folders of root has the same nginx.
func TestNginxOfRoot(t *testing.T) {
	realpart.Need(t, "nginx")
	with := InstalledNginx()
	if dir := filepath.Dir(with.Value.Path); !slices.Contains(rootFolders[:], dir) {
		realpart.Lacking(t, "nginx in a folder of root, it is in "+dir)
	}
	t.Setenv("PATH", t.TempDir())
	without := InstalledNginx()
	if without.Value.Version != with.Value.Version || !without.Known {
		t.Errorf("%+v, with PATH %+v", without, with)
	}
}

// describeUnder runs a child below a program and returns what it reads, by name.
func describeUnder(t *testing.T, name string, args ...string) map[string]string {
	t.Helper()
	realpart.Need(t, name)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(name, append(args, self)...)
	cmd.Env = append(os.Environ(), asked+"=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	found := map[string]string{}
	for line := range strings.Lines(string(out)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		found[name] = value
	}
	return found
}

// A child that is kept to less reads less.
func TestChildren(t *testing.T) {
	if got := describeUnder(t, "taskset", "-c", "0")["CPUs usable"]; got != "1 (/proc/self/status)" {
		t.Errorf("on one processor: %s", got)
	}
	if got := describeUnder(t, "prlimit", "--nofile=100:200")["hard nofile"]; got != "200 (/proc/self/limits)" {
		t.Errorf("with fewer files: %s", got)
	}
	if os.Geteuid() != 0 {
		realpart.Lacking(t, "root")
	}
	if got := describeUnder(t, "setpriv", "--bounding-set=-sys_resource", "--inh-caps=-sys_resource")["CAP_SYS_RESOURCE"]; got != "false (/proc/self/status)" {
		t.Errorf("without the capability: %s", got)
	}
	if exec.Command("unshare", "--pid", "--fork", "--mount-proc", "true").Run() != nil {
		realpart.Lacking(t, "namespaces of processes")
	}
	if got := describeUnder(t, "unshare", "--pid", "--fork", "--mount-proc")["container"]; !strings.HasPrefix(got, "not known") {
		t.Errorf("with process numbers of its own: %s", got)
	}
}

// The least of nested control groups counts.
func TestControlGroups(t *testing.T) {
	if os.Geteuid() != 0 {
		realpart.Lacking(t, "root")
	}
	const top = "/sys/fs/cgroup"
	name := fmt.Sprintf("tunelint-%d", os.Getpid())
	var outer []string
	files := map[string]string{"cpu.max": "30000 20000", "pids.max": "500"}
	if _, err := os.Stat(top + "/cgroup.controllers"); err == nil {
		outer = []string{top}
	} else {
		outer = []string{top + "/cpu", top + "/pids"}
		files = map[string]string{"cpu.cfs_quota_us": "150000", "pids.max": "500"}
	}
	join := ""
	for _, dir := range outer {
		dir = filepath.Join(dir, name)
		inner := filepath.Join(dir, "inner")
		if err := os.MkdirAll(inner, 0o755); err != nil {
			realpart.Beyond(t, "control group of its own: "+err.Error())
		}
		t.Cleanup(func() { os.Remove(inner); os.Remove(dir) })
		for file, text := range files {
			if _, err := os.Stat(filepath.Join(dir, file)); err != nil {
				continue
			}
			if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644); err != nil {
				realpart.Beyond(t, "control group with limits: "+err.Error())
			}
			delete(files, file)
		}
		join += "echo $$ >" + inner + "/cgroup.procs && "
	}
	if len(files) > 0 {
		realpart.Beyond(t, fmt.Sprintf("controller for %v", files))
	}
	got := describeUnder(t, "sh", "-c", join+`exec "$0"`)
	if !strings.HasPrefix(got["CPU quota"], "1.5 ("+top) || !strings.HasPrefix(got["PIDs"], "500 ("+top) {
		t.Errorf("%s, %s", got["CPU quota"], got["PIDs"])
	}
	if before := Read(source.OS(), nil).PIDs; strconv.FormatInt(before.Value, 10) == "500" {
		t.Errorf("outside: %+v", before)
	}
}
