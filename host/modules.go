package host

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/sysctl"
)

// modulesLoad lists where systemd-modules-load reads which modules a boot loads,
// before systemd-sysctl runs (modules-load.d(5)); /etc/modules is Debian's.
func modulesLoad() []string {
	return []string{"/etc/modules-load.d", "/run/modules-load.d", "/usr/local/lib/modules-load.d", "/usr/lib/modules-load.d", "/lib/modules-load.d"}
}

// BootModules returns the modules that the files of modules-load.d name, with "_"
// for "-". known is false where the host's files do not show that: a part of a
// machine without /etc/modules-load.d, a whole one without its kernel, such as a
// container, and where one of the files cannot be read.
func (h *Host) BootModules() (names []string, known bool) {
	known = h.View.Exists("/etc/modules-load.d")
	if h.WholeMachine() {
		known = len(h.builtinModules()) > 0
	}
	files := []string{"/etc/modules"}
	for _, dir := range modulesLoad() {
		files = append(files, h.confFiles(dir)...)
	}
	for _, name := range files {
		f, err := h.View.Open(name)
		if err != nil {
			known = known && !h.withheld(name, err)
			continue
		}
		for line := range strings.Lines(f.Text) {
			if line = strings.TrimSpace(line); line != "" && line[0] != '#' && line[0] != ';' {
				names = append(names, strings.ReplaceAll(strings.Fields(line)[0], "-", "_"))
			}
		}
	}
	return names, known
}

// BootLoads reports whether the boot loads a module before it applies sysctl files;
// known is false where the files do not show what it loads.
func (h *Host) BootLoads(m sysctl.Module) (loads, known bool) {
	modules, known := h.BootModules()
	return slices.ContainsFunc(modules, m.ComesWith) || known && h.moduleArranged(m.Name), known
}

// confFiles returns the names of the files in a directory that end in ".conf".
func (h *Host) confFiles(dir string) []string {
	entries, err := h.View.ReadDir(dir)
	if err != nil {
		return nil
	}
	var out []string
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".conf") {
			out = append(out, path.Join(dir, e.Name()))
		}
	}
	return out
}

// moduleArranged reports whether something else than modules-load.d may bring a
// module into the kernel before the settings are applied, or apply them once it is
// there: the kernel has it built in, or a file about modules, devices or the start
// of the kernel names it, or may and cannot be read.
func (h *Host) moduleArranged(module string) bool {
	var files []string
	for _, dir := range []string{"/etc/modprobe.d", "/usr/lib/modprobe.d", "/etc/udev/rules.d", "/etc/dracut.conf.d"} {
		entries, _ := h.View.ReadDir(dir)
		for _, e := range entries {
			files = append(files, path.Join(dir, e.Name()))
		}
	}
	files = append(files, "/etc/initramfs-tools/modules", "/etc/default/grub", "/proc/cmdline")
	files = append(files, h.builtinModules()...)
	named := func(f *source.File) bool {
		return strings.Contains(strings.ReplaceAll(f.Text, "-", "_"), module)
	}
	return slices.ContainsFunc(files, func(name string) bool {
		f, err := h.View.Open(name)
		return err == nil && named(f) || h.withheld(name, err)
	})
}

// withheld reports whether opening failed at a file that is there and may say
// something: not at a folder, and not at a link to nothing or to /dev/null.
func (h *Host) withheld(name string, err error) bool {
	var at *fs.PathError
	switch {
	case err == nil, errors.Is(err, fs.ErrNotExist), errors.Is(err, source.ErrLinkLoop):
		return false
	case errors.As(err, &at) && at.Path == h.View.Path("/dev/null"):
		return false
	}
	_, noFolder := h.View.ReadDir(name)
	return noFolder != nil
}

// builtinModules returns the names of the files that list what the installed
// kernels have built in.
func (h *Host) builtinModules() []string {
	lists, err := h.View.Glob("/lib/modules/*/modules.builtin")
	if err != nil || len(lists) == 0 {
		lists, _ = h.View.Glob("/usr/lib/modules/*/modules.builtin")
	}
	return lists
}
