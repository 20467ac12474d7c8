package limits

import "slices"

// A Resource is something that a process may have only so much of.
type Resource struct {
	// Item is its name in limits.conf, "nofile"; "" where pam_limits has none.
	Item string
	// Key is its name in the section [Service] of a unit, "LimitNOFILE".
	Key string
}

// Resources returns every resource with a limit, by key (systemd.exec(5),
// limits.conf(5)).
func Resources() []Resource {
	return []Resource{
		{"as", "LimitAS"}, {"core", "LimitCORE"}, {"cpu", "LimitCPU"}, {"data", "LimitDATA"}, {"fsize", "LimitFSIZE"},
		{"locks", "LimitLOCKS"}, {"memlock", "LimitMEMLOCK"}, {"msgqueue", "LimitMSGQUEUE"}, {"nice", "LimitNICE"},
		{"nofile", "LimitNOFILE"}, {"nproc", "LimitNPROC"}, {"rss", "LimitRSS"}, {"rtprio", "LimitRTPRIO"},
		{"", "LimitRTTIME"}, {"sigpending", "LimitSIGPENDING"}, {"stack", "LimitSTACK"},
	}
}

// LookupResource returns the resource that has a name in limits.conf or in units.
func LookupResource(name string) (Resource, bool) {
	all := Resources()
	i := slices.IndexFunc(all, func(r Resource) bool { return name != "" && (name == r.Item || name == r.Key) })
	if i < 0 {
		return Resource{}, false
	}
	return all[i], true
}

// DefaultKey is the name of the resource in system.conf.
func (r Resource) DefaultKey() string { return "Default" + r.Key }

// Default returns the limit that systemd gives services of which no file says
// anything, as system.conf writes it; "" where it passes on what the kernel gave
// it (systemd-system.conf(5)). The one of open files holds since systemd 240.
func (r Resource) Default() string {
	switch r.Item {
	case "nofile":
		return "1024:524288"
	case "memlock":
		return "8M"
	}
	return ""
}

// Decider returns the assignment that decides a limit of a service: that of its
// unit, else that of system.conf; nil where none does. known is false when
// systemd cannot load the unit or a template decides.
func (l *Limits) Decider(service string, r Resource) (a *Assignment, known bool) {
	if u := l.Unit(service); u != nil {
		if u.Masked || !u.loads() {
			return nil, false
		}
		if a, known := decider(u.Files(), "Service", r.Key); a != nil || !known {
			return a, known
		}
	}
	return decider(l.SystemConf, "Manager", r.DefaultKey())
}

// Names reports whether an assignment is about the resource: by its key, or by
// one that is miswritten so that systemd drops it.
func (r Resource) Names(a *Assignment) bool {
	_, spelt := keyKind(a.Key)
	return spelt == r.Key || spelt == r.DefaultKey()
}
