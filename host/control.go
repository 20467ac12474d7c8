package host

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/machine"
	"github.com/tunelint/tunelint/spelling"
)

// usualService is the unit of nginx's own packages and of the distributions.
const usualService = "nginx.service"

// serviceOf returns the unit of nginx where nobody declares it: that of OpenResty's
// packages where it is the only one.
func (h *Host) serviceOf() string {
	const openresty = "openresty.service"
	for _, dir := range []string{"/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"} {
		if h.View.Exists(path.Join(dir, usualService)) {
			return usualService
		}
	}
	for _, dir := range []string{"/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"} {
		if h.View.Exists(path.Join(dir, openresty)) {
			return openresty
		}
	}
	return usualService
}

// ReloadNginx returns the command that makes nginx read its files again. A signal
// reaches a running nginx that was started with other files than the program looks
// for by itself.
func (h *Host) ReloadNginx() string {
	m, running := h.ownMaster()
	unit := h.nginxUnit(m)
	switch {
	case running && m.Line != m.Binary && unit == "":
		return fmt.Sprintf("kill -HUP %d", m.PID)
	case h.HasSystemd() && unit != "" && unit != usualService:
		return "systemctl reload " + UnitWord(unit)
	case running && path.IsAbs(m.Binary) && !slices.Contains(searched[:], path.Dir(m.Binary)):
		return spelling.ShellWord(m.Binary) + " -s reload"
	}
	return "nginx -s reload"
}

// searched are the folders in which root's shell looks for programs.
var searched = [...]string{"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"}

// RestartNginx returns the commands that end nginx and start it anew, at least one.
// Where nobody can tell how it is started that is a comment of the shell for people.
func (h *Host) RestartNginx() []string {
	m, running := h.ownMaster()
	unit, script := h.nginxUnit(m), strings.TrimSuffix(h.Service, ".service")
	switch {
	case h.Facts.Container.Value, running && m.PID == 1:
		return []string{"# restart the container of nginx"}
	case h.HasSystemd() && unit != "":
		return []string{"systemctl restart " + UnitWord(unit)}
	case !h.NginxOnly && h.hasOpenRC():
		return []string{"rc-service " + spelling.ShellWord(script) + " restart"}
	case running && m.Unit == "" && m.Line == m.Binary && h.View.Exists("/etc/init.d/"+script):
		return []string{"service " + spelling.ShellWord(script) + " restart"}
	case running:
		return restartByHand(m)
	}
	return []string{"# restart nginx"}
}

// restartByHand returns the commands for an nginx that no service manager has
// started. The addresses are free only when the old one is gone.
func restartByHand(m machine.Master) []string {
	if m.Parent != 1 {
		return []string{fmt.Sprintf("# restart nginx: process %d was started by process %d, which may do so again", m.PID, m.Parent)}
	}
	stop := End(m.PID)
	words := strings.Fields(m.Line)
	if len(words) == 0 || !path.IsAbs(m.Conf) && m.Conf != "" || !path.IsAbs(m.Prefix) && m.Prefix != "" || slices.ContainsFunc(words, lostInTitle) {
		return []string{stop, "# start nginx as before: " + spelling.Abbreviate(m.Line)}
	}
	for i := range words {
		words[i] = spelling.ShellWord(words[i])
	}
	return []string{stop, strings.Join(words, " ")}
}

// End returns the command that ends a process and waits until it is gone.
func End(pid int) string {
	return fmt.Sprintf("kill -TERM %d && while kill -0 %d 2>/dev/null; do sleep 0.1; done", pid, pid)
}

// lostInTitle reports whether a word is an option whose value may have blanks.
func lostInTitle(word string) bool { return strings.HasPrefix(word, "-g") }

// ownMaster returns the running nginx that the host's files are about; false where
// nobody looked, or there is another number of them than one.
func (h *Host) ownMaster() (machine.Master, bool) {
	if own, _ := h.Masters(); len(own) == 1 {
		return own[0], true
	}
	return machine.Master{}, false
}

// nginxUnit returns the unit that surely starts nginx; "" where a running one belongs
// to none, or to one that may have started more than nginx, such as cron.service. The
// zero Master stands for none that runs.
func (h *Host) nginxUnit(m machine.Master) string {
	switch {
	case m.PID == 0, h.isService(m.Unit):
		return h.Service
	case path.Ext(m.Unit) == ".service" && (strings.Contains(m.Unit, "nginx") || strings.Contains(m.Unit, "openresty")):
		return m.Unit
	}
	return ""
}

// LoadSysctl returns the command that loads the sysctl files as a boot does.
func (h *Host) LoadSysctl() string {
	if !h.NginxOnly && !h.Facts.Container.Value && h.hasOpenRC() {
		return "rc-service sysctl restart" // the sysctl of BusyBox knows no --system
	}
	return "sysctl --system"
}

// UnitWord returns how systemctl and the shell are given a unit: all instances of a
// template.
func UnitWord(name string) string {
	name = strings.TrimSuffix(name, ".service")
	if strings.HasSuffix(name, "@") {
		name += "*"
	}
	return spelling.ShellWord(name)
}

// debianPool is where Debian's packages keep the pools of a release of PHP.
var debianPool = regexp.MustCompile(`^/etc/php/([0-9.]+)/fpm/`)

// RestartApp returns the command that starts an application anew; a comment of the
// shell where no file says how it is started.
func (h *Host) RestartApp(a *appconf.App) string {
	if a.Container.Kind == "compose" && a.Container.Span.IsValid() {
		if name, ok := h.View.Name(a.Container.Span.File.Path); ok {
			return fmt.Sprintf("docker compose -f %s up -d --build --force-recreate %s",
				spelling.ShellWord(name), spelling.ShellWord(a.Container.Span.Text()))
		}
	}
	if a.Container.Kind != "" {
		return "# roll out " + a.Name
	}
	if unit, ok := h.unitOf(a); ok {
		return "systemctl restart " + UnitWord(unit)
	}
	for _, f := range a.Files {
		name, ok := h.View.Name(f.Path)
		pool := debianPool.FindStringSubmatch(name)
		switch {
		case !ok || !h.HasSystemd():
		case pool != nil:
			return "systemctl restart php" + pool[1] + "-fpm"
		case strings.HasPrefix(name, "/etc/php-fpm.d/"):
			return "systemctl restart php-fpm"
		}
	}
	return "# restart " + a.Name
}
