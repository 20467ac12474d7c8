package machine

import (
	"errors"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/source"
)

// Application reports whether a kind of container runs one program and what it
// starts, without a system of its own: nothing there reads sysctl files, limits
// files or units. A container with a system, such as one of LXC, is not of these.
func Application(kind string) bool {
	return slices.Contains([]string{"docker", "podman", "kubernetes", "containerd"}, kind)
}

// ReadContainer reads which kind of container this process runs in: "docker",
// "podman", "kubernetes", "lxc", "systemd-nspawn" or another name that the manager
// of the container gave it, and "" for none. It is not known where signs are
// missing or may be left over: a virtual machine that was made from an image has
// its files too.
func ReadContainer(fsys source.FS) Figure[string] {
	for _, sign := range []func(source.FS) Figure[string]{named, grouped, mounted, notContained} {
		if found := sign(fsys); found.Known {
			return found
		}
	}
	for _, left := range []string{"/.dockerenv", "/run/.containerenv"} {
		if _, err := fsys.Lstat(left); err == nil {
			return unknown[string](left + " is there, which an image may have left behind, and nothing else tells of a container")
		}
	}
	return unknown[string]("nothing names a container, and nothing says that there is none")
}

// named reads what the manager of the container calls it, by the interface that
// systemd defines (CONTAINER_INTERFACE.md): systemd within notes it, the manager
// may leave it in a file, and the first process has it in its environment, which
// its user may read.
func named(fsys source.FS) Figure[string] {
	const environ = "/proc/1/environ"
	for _, noted := range []string{"/run/systemd/container", "/run/host/container-manager"} {
		if kind, err := read(fsys, noted); err == nil && plain.MatchString(kind) {
			return known(kind, noted)
		}
	}
	text, err := read(fsys, environ)
	if err != nil {
		return Figure[string]{}
	}
	for entry := range strings.SplitSeq(text, "\x00") {
		if strings.HasPrefix(entry, "KUBERNETES_SERVICE_HOST=") {
			return known("kubernetes", environ)
		}
	}
	for entry := range strings.SplitSeq(text, "\x00") {
		// "oci" is what several of them say.
		if kind, ok := strings.CutPrefix(entry, "container="); ok && kind != "oci" && plain.MatchString(kind) {
			return known(kind, environ)
		}
	}
	return Figure[string]{}
}

var plain = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)

// groupNames are the names that managers of containers give control groups. The
// long number is that of a container.
var groupNames = []struct {
	kind string
	name *regexp.Regexp
}{
	{"kubernetes", regexp.MustCompile(`/kubepods([./-]|$)`)},
	{"podman", regexp.MustCompile(`/libpod-[0-9a-f]{64}`)},
	{"docker", regexp.MustCompile(`/docker[/-][0-9a-f]{64}`)},
	{"containerd", regexp.MustCompile(`/(nerdctl|cri-containerd)-[0-9a-f]{64}`)},
	{"lxc", regexp.MustCompile(`/lxc(/|\.payload[./])[^/]`)},
	{"systemd-nspawn", regexp.MustCompile(`/machine\.slice/(machine-.*\.scope|systemd-nspawn@)`)},
}

// grouped reads the names of the control groups of this process, which a
// container with a view of its own does not have.
func grouped(fsys source.FS) Figure[string] {
	const name = "/proc/self/cgroup"
	text, err := read(fsys, name)
	if err != nil {
		return Figure[string]{}
	}
	for _, g := range groupNames {
		if g.name.MatchString(text) {
			return known(g.kind, name)
		}
	}
	return Figure[string]{}
}

// mounted reads which files were mounted into a container, and whence.
func mounted(fsys source.FS) Figure[string] {
	mounts, err := readMounts(fsys)
	if err != nil {
		return Figure[string]{}
	}
	kind := ""
	for _, m := range mounts {
		switch {
		case m.point == "/dev/termination-log" || strings.Contains(m.root, "/kubelet/pods/"):
			return known("kubernetes", "the mount "+m.point)
		case kind != "" || !strings.HasPrefix(m.point, "/etc/") && !strings.HasPrefix(m.point, "/run/") && !strings.HasPrefix(m.point, "/proc/"):
		case m.kind == "fuse.lxcfs":
			kind = "lxc"
		case strings.Contains(m.root, "/docker/containers/"), isName(m.point) && exists(fsys, "/.dockerenv"):
			kind = "docker"
		case m.point == "/run/.containerenv", isName(m.point) && exists(fsys, "/run/.containerenv"):
			kind = "podman"
		}
	}
	if kind == "" {
		return Figure[string]{}
	}
	return known(kind, "/proc/self/mountinfo")
}

// isName reports whether a file is one of those that container runtimes mount to
// give a container its name and its resolver.
func isName(file string) bool {
	return file == "/etc/hosts" || file == "/etc/hostname" || file == "/etc/resolv.conf"
}

func exists(fsys source.FS, name string) bool {
	_, err := fsys.Lstat(name)
	return err == nil
}

// allProcesses is the namespace of processes that the kernel starts with
// (PROC_PID_INIT_INO in include/linux/proc_ns.h).
const allProcesses = "pid:[4026531836]"

// notContained says that there is no container where this process sees those of
// the whole machine and nothing tells of a container.
func notContained(fsys source.FS) Figure[string] {
	const name = "/proc/self/ns/pid"
	for _, sign := range []string{"/.dockerenv", "/run/.containerenv", "/run/systemd/container"} {
		if _, err := fsys.Lstat(sign); !errors.Is(err, fs.ErrNotExist) {
			return Figure[string]{}
		}
	}
	if namespace, err := fsys.ReadLink(name); err == nil && namespace == allProcesses {
		return known("", name)
	}
	return Figure[string]{}
}
