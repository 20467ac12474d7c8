package limits

import (
	"slices"
	"strconv"
	"strings"
)

// MayRaise reports whether processes of a service may raise their hard limits:
// the kernel asks for CAP_SYS_RESOURCE in the first user namespace
// (setrlimit(2)). known is false where the unit cannot be loaded, and where a
// template or a specifier decides.
//
// A process of root has what the bounding set leaves (capabilities(7)), any
// other has ambient capabilities only.
func (u *Unit) MayRaise() (may, known bool) {
	if u.Masked || !u.loads() || u.undecided() {
		return false, false
	}
	prefix := u.execPrefix()
	private, knownPrivate := u.truth("PrivateUsers")
	root, knownRoot := u.startsAsRoot()
	switch {
	case strings.Contains(prefix, "+"): // the sandbox does not apply, systemd.service(5)
		return true, true
	case private && knownPrivate:
		return false, true
	case !u.holds("CapabilityBoundingSet", true):
		return false, true
	case !knownPrivate:
		return false, false
	case strings.Count(prefix, "!") == 1: // neither does User=
		return true, true
	case !knownRoot:
		return false, false
	}
	return root || u.holds("AmbientCapabilities", false), true
}

// sandboxKeys are the settings that MayRaise looks at.
var sandboxKeys = [...]string{"ExecStart", "User", "DynamicUser", "PrivateUsers", "SecureBits", "CapabilityBoundingSet", "AmbientCapabilities"}

// undecided reports whether a template may change what the unit says of its
// privileges, or whether it takes them from root by its securebits.
func (u *Unit) undecided() bool {
	for _, f := range u.Files() {
		if f.Template {
			return true
		}
	}
	for _, key := range sandboxKeys {
		for _, a := range u.All("Service", key) {
			if hasTag(a.Value) && key != "ExecStart" || key == "SecureBits" && strings.Contains(a.Value, "noroot") {
				return true
			}
		}
	}
	return false
}

// startsAsRoot reports whether the main process starts as root.
func (u *Unit) startsAsRoot() (root, known bool) {
	dynamic, known := u.truth("DynamicUser")
	user := u.Last("Service", "User")
	root = user == nil || user.Value == "" || user.Value == "root" || user.Value == "0"
	switch {
	case !known, dynamic && user != nil && user.Value != "" && root:
		return false, false
	case !root && strings.Contains(user.Value, "%"):
		return false, false
	}
	return root && !dynamic, true
}

// execPrefix returns the special characters before the command of the service
// (systemd.service(5), "special executable prefixes").
func (u *Unit) execPrefix() string {
	a := u.Last("Service", "ExecStart")
	if a == nil {
		return ""
	}
	return a.Value[:len(a.Value)-len(strings.TrimLeft(a.Value, "@-:+!|"))]
}

// truth reads a setting that is off by default (parse-util.c, parse_boolean).
// PrivateUsers= also takes the name of a mapping.
func (u *Unit) truth(key string) (on, known bool) {
	a := u.Last("Service", key)
	if a == nil {
		return false, true
	}
	switch strings.ToLower(a.Value) {
	case "", "0", "no", "n", "false", "f", "off":
		return false, true
	case "1", "yes", "y", "true", "t", "on":
		return true, true
	case "self", "identity", "full", "managed":
		return key == "PrivateUsers", key == "PrivateUsers"
	}
	return false, false
}

// holds reports whether a set of capabilities includes CAP_SYS_RESOURCE. Without
// an assignment it does by default. The first assignment sets the set and later
// ones add to it, or with "~" take away from it; one that names nothing sets it
// anew (load-fragment.c, config_parse_capability_set).
func (u *Unit) holds(key string, def bool) bool {
	has, set := def, false
	for _, a := range u.All("Service", key) {
		names, inverted := strings.CutPrefix(a.Value, "~")
		named, none := capabilities(names)
		switch {
		case none || !set:
			has = named != inverted
		case inverted:
			has = has && !named
		default:
			has = has || named
		}
		set = !none || has != def // what is as it is by default counts as not set
	}
	return has
}

// capabilities reports whether CAP_SYS_RESOURCE is among the names, and whether
// none of them is a capability.
func capabilities(names string) (resource, none bool) {
	none = true
	for _, name := range strings.FieldsFunc(names, func(c rune) bool { return strings.ContainsRune(" \t\n\r\"'", c) }) {
		n, err := strconv.Atoi(name)
		if err != nil {
			n = slices.Index(capabilityNames[:], strings.TrimPrefix(strings.ToLower(name), "cap_"))
			if len(name) < 4 || !strings.EqualFold(name[:4], "cap_") {
				n = -1
			}
		}
		if n >= 0 && n < 63 {
			none = false
			resource = resource || n == capSysResource
		}
	}
	return resource, none
}

const capSysResource = 24

// capabilityNames are the capabilities by number (linux/capability.h).
var capabilityNames = [...]string{
	"chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap", "linux_immutable",
	"net_bind_service", "net_broadcast", "net_admin", "net_raw", "ipc_lock", "ipc_owner", "sys_module", "sys_rawio", "sys_chroot",
	"sys_ptrace", "sys_pacct", "sys_admin", "sys_boot", "sys_nice", "sys_resource", "sys_time", "sys_tty_config", "mknod", "lease",
	"audit_write", "audit_control", "setfcap", "mac_override", "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read",
	"perfmon", "bpf", "checkpoint_restore",
}
