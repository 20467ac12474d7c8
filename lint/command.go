package lint

import (
	"slices"
	"strings"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
)

// A Command is one thing to do that makes a fix take effect. What nginx and the
// applications are told depends on the host: [Pass.Report] and [Report.Apply] write
// that out. The zero Command is invalid.
type Command struct {
	turn turn
	// name is a unit, text what is typed. What no command does is a comment of the shell.
	name, text string
	app        *appconf.App
}

// A turn is the place of a command among those of many findings.
type turn uint8

const (
	_           turn = iota
	writeTurn        // files that others read
	moduleTurn       // the keys of a module
	setTurn          // what no file sets any more
	loadTurn         // the files win where both speak of a key
	allowTurn        // SELinux, before what it forbids
	unitsTurn        // systemd reads units before it starts them
	testTurn         // before nginx is stopped
	moveTurn         // as a restart
	restartTurn      // sockets and limits are taken anew, with the settings above
	reloadTurn       // needless where nginx is restarted
	tellTurn         // for people
	nothingTurn
)

// ReloadNginx makes nginx read its files again.
func ReloadNginx() Command { return Command{turn: reloadTurn, text: "nginx -s reload"} }

// RestartNginx starts nginx anew: open sockets, zones and the limits of the master
// outlast a reload.
func RestartNginx() Command { return Command{turn: restartTurn, text: "systemctl restart nginx"} }

// TestNginx has nginx read its files and do nothing else.
func TestNginx() Command { return Command{turn: testTurn, text: "nginx -t"} }

// LoadSysctl loads every sysctl file. What no file sets any more it leaves alone.
func LoadSysctl() Command { return Command{turn: loadTurn, text: "sysctl --system"} }

// SetKernel gives one key of the running kernel a value.
func SetKernel(key, value string) Command {
	if strings.ContainsAny(value, " \t") {
		value = `"` + value + `"`
	}
	return Command{turn: setTurn, text: "sysctl -w " + key + "=" + value}
}

// LoadModule loads a module of the kernel.
func LoadModule(name string) Command { return Command{turn: moduleTurn, text: "modprobe " + name} }

// Allow turns on a boolean of SELinux for good.
func Allow(boolean string) Command {
	return Command{turn: allowTurn, text: "setsebool -P " + boolean + " 1"}
}

// ReloadUnits makes systemd read its files again. No service notices.
func ReloadUnits() Command { return Command{turn: unitsTurn, text: "systemctl daemon-reload"} }

// RestartUnit restarts a service of systemd; nginx's own is [RestartNginx].
func RestartUnit(name string) Command {
	return Command{turn: restartTurn, name: name, text: "systemctl restart " + host.UnitWord(name)}
}

// MoveToUnit ends an nginx that was started by hand and starts its unit.
func MoveToUnit(pid int, unit string) Command {
	return Command{turn: moveTurn, text: host.End(pid) + " && systemctl start " + host.UnitWord(unit)}
}

// RestartApp restarts an application, by its unit or its container where a file says
// which; nil stands for any.
func RestartApp(a *appconf.App) Command {
	if a == nil {
		return Tell("restart the application")
	}
	return Command{turn: restartTurn, app: a, text: "# restart " + a.Name}
}

// Write is a command that writes a file.
func Write(command string) Command { return Command{turn: writeTurn, text: command} }

// Boot says that a key of the kernel, which no file sets any more, has no other value
// to be set back to than the one that the next boot computes.
func Boot(key string) Command {
	return Command{turn: tellTurn, text: keeps + key}
}

const keeps = "# reboot when it suits: until then the kernel keeps "

// LogIn gives sessions the limits of limits.conf; those that are open keep theirs.
func LogIn() Command { return Tell("log in again: limits.conf counts for new sessions") }

// RestartLimited restarts what is to have a limit that system.conf gives every unit.
func RestartLimited() Command { return Tell("restart the services that are to have the limit") }

// Tell is for people: what no command does.
func Tell(what string) Command { return Command{turn: tellTurn, text: "# " + what} }

// Nothing says why nothing needs to be done.
func Nothing(why string) Command { return Command{turn: nothingTurn, text: why} }

// isNginx reports whether nginx is restarted.
func (c Command) isNginx() bool {
	return c.turn == moveTurn || c.turn == restartTurn && c.name == "" && c.app == nil
}

// on writes out what a command is on a host.
func (c Command) on(h *host.Host) []Command {
	switch {
	case c.turn == reloadTurn:
		c.text = h.ReloadNginx()
	case c.turn == loadTurn:
		c.text = h.LoadSysctl()
	case c == RestartNginx(), c.turn == restartTurn && c.name == h.Service:
		c = RestartNginx()
		var out []Command
		for _, text := range h.RestartNginx() {
			c.text = text
			out = append(out, c)
		}
		return out
	case c.turn == restartTurn && c.app != nil:
		c.text = h.RestartApp(c.app)
	}
	return []Command{c}
}

// onHost writes out what commands are on a host.
func onHost(h *host.Host, list []Command) []Command {
	var out []Command
	for _, c := range list {
		out = append(out, c.on(h)...)
	}
	return out
}

// Join returns what is to be typed for all of the commands: each once, in the order in
// which they have to run, several units in one restart. A reload of nginx is dropped
// where it is restarted, and so are reasons to do nothing.
func Join(list []Command) []string {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b Command) int { return int(a.turn) - int(b.turn) })
	restarted := slices.ContainsFunc(list, Command.isNginx)
	var out []string
	for _, c := range list {
		switch {
		case c.turn == nothingTurn, c.turn == reloadTurn && restarted, slices.Contains(out, c.text):
		default:
			out = joinCommand(out, c.text)
		}
	}
	return notesLast(out)
}

// Describe writes out for people what is to be done for one finding, with the reason
// where it is nothing.
func Describe(list []Command) string {
	words := Join(list)
	for i, w := range words {
		words[i] = strings.TrimPrefix(w, "# ")
	}
	for _, c := range list {
		if c.turn == nothingTurn && len(words) == 0 {
			return "nothing to do: " + c.text
		}
	}
	return strings.Join(words, ", then ")
}

// joinCommand adds a command, or its unit to a restart that is there, or its key to what the
// kernel keeps.
func joinCommand(list []string, text string) []string {
	for _, same := range [...]struct{ prefix, between string }{{"systemctl restart ", " "}, {keeps, ", "}} {
		more, ok := strings.CutPrefix(text, same.prefix)
		i := slices.IndexFunc(list, func(s string) bool { return strings.HasPrefix(s, same.prefix) })
		if !ok || i < 0 {
			continue
		}
		if !slices.Contains(strings.Split(list[i][len(same.prefix):], same.between), more) {
			list[i] += same.between + more
		}
		return list
	}
	return append(list, text)
}

// notesLast puts what is for people behind what can be typed.
func notesLast(list []string) []string {
	slices.SortStableFunc(list, func(a, b string) int {
		switch an, bn := IsNote(a), IsNote(b); {
		case an == bn:
			return 0
		case an:
			return 1
		}
		return -1
	})
	return list
}

// IsNote reports whether a line of [Join] is a comment of the shell, for people.
func IsNote(command string) bool { return strings.HasPrefix(command, "#") }
