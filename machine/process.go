package machine

import (
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/tunelint/tunelint/source"
)

// A Master is a running master process of nginx.
type Master struct {
	Process
	// Binary is what was started, as its title says: "/usr/sbin/nginx", "nginx".
	Binary string
	// Conf and Prefix are the values of -c and -p; "" where the title has none.
	Conf, Prefix string
	// Line is the whole command line, whose quotes are lost.
	Line string
	// Replaced reports that the file it was started from is gone or was written
	// anew, as by an upgrade of the package.
	Replaced bool
	// Unit is the systemd unit that it belongs to, such as "nginx.service" or
	// "session-3.scope"; "" where its control group names none.
	Unit string
	// Elsewhere says why it has not to do with the files and the network of this
	// process, such as that it runs in a container; "" where it may have.
	Elsewhere string
	// Sockets are the inodes of its sockets, by which [Queue.Inode] is found; nil
	// where this user may not see them.
	Sockets []uint64
	// Workers are its worker processes, in the order of their numbers.
	Workers []Worker
}

// A Worker is a running worker process of nginx.
type Worker struct {
	Process
	// Leaving reports that it serves its last requests after a reload.
	Leaving bool
}

// A Process is what is known of any process. What could not be read is zero.
type Process struct {
	PID int
	// Parent is the process that started it; 1 where nobody waits for it any more.
	Parent int
	// Started is when it was started, to about a second.
	Started time.Time
	// NoFile is its limit on open files.
	NoFile Limits
	// Open is how many descriptors it has open; -1 where this user may not see them.
	Open int
	// Effective is its set of capabilities in force, as in capabilities(7).
	Effective uint64

	title string
}

// capSysResource is CAP_SYS_RESOURCE of linux/capability.h.
const capSysResource = 24

// MayRaise reports whether it may raise its hard limits.
func (p Process) MayRaise() bool { return p.Effective&(1<<capSysResource) != 0 }

// The titles that nginx gives its processes (ngx_process_cycle.c), which have
// been the same since its beginning. The cache manager and the cache loader have
// others.
const (
	masterTitle  = "nginx: master process "
	workerTitle  = "nginx: worker process"
	leavingTitle = "nginx: worker process is shutting down"
)

// readMasters finds the master processes of nginx with their workers. What ends
// while it is looked at is left out.
func readMasters(fsys source.FS) []Master {
	p := newProcReader(fsys)
	var masters []Master
	var workers []Worker
	for _, pid := range p.pids() {
		title := p.title(pid)
		if !strings.HasPrefix(title, "nginx: ") {
			continue
		}
		process, ok := p.process(pid)
		if process.title = title; !ok {
			continue
		}
		switch {
		case strings.HasPrefix(title, masterTitle):
			masters = append(masters, p.master(process))
		case strings.HasPrefix(title, workerTitle):
			workers = append(workers, Worker{Process: process, Leaving: title == leavingTitle})
		}
	}
	for i := range masters {
		for _, w := range workers {
			if w.Parent == masters[i].PID {
				masters[i].Workers = append(masters[i].Workers, w)
			}
		}
	}
	return masters
}

func (p procReader) master(process Process) Master {
	m := Master{Process: process}
	m.Line = strings.TrimPrefix(process.title, masterTitle)
	m.Binary, m.Conf, m.Prefix = commandLine(m.Line)
	m.Replaced = strings.HasSuffix(p.link(m.PID, "exe"), " (deleted)")
	m.Sockets = p.sockets(m.PID)
	group := p.controlGroup(strconv.Itoa(m.PID))
	m.Unit = unitOf(group)
	m.Elsewhere = p.elsewhere(m.PID, group)
	return m
}

// commandLine reads what a master's title says it was started with. The words
// stand there without quotes, so that those of -g are told from an option only by
// its dash.
func commandLine(title string) (binary, conf, prefix string) {
	words := strings.Fields(title)
	if len(words) == 0 {
		return "", "", ""
	}
	var option byte
	for _, w := range words[1:] {
		if strings.HasPrefix(w, "-") && len(w) > 1 {
			option, w = valued(w)
			if w == "" {
				continue
			}
		}
		switch option {
		case 'c':
			conf = w
		case 'p':
			prefix = w
		}
		if option != 'g' {
			option = 0
		}
	}
	return words[0], conf, prefix
}

// valued reads a word of options as ngx_get_options does: letters without a value
// may stand before one with it, whose value may follow at once.
func valued(word string) (option byte, value string) {
	for i := 1; i < len(word); i++ {
		if strings.IndexByte("cpges", word[i]) >= 0 {
			return word[i], word[i+1:]
		}
	}
	return 0, ""
}

// unitOf returns the systemd unit of a control group: the last name in its path
// that is one, "" for those of a user's own manager.
func unitOf(group string) string {
	unit := ""
	for _, name := range strings.Split(group, "/") {
		if strings.HasPrefix(name, "user@") {
			return ""
		}
		if ext := path.Ext(name); ext == ".service" || ext == ".scope" {
			unit = name
		}
	}
	return unit
}

// bootTime returns when the machine was started; zero where that is not known.
func bootTime(fsys source.FS) time.Time {
	text, _, _ := fsys.Read("/proc/stat")
	for line := range strings.Lines(string(text)) {
		if seconds, ok := strings.CutPrefix(line, "btime "); ok {
			if n, err := strconv.ParseInt(strings.TrimSpace(seconds), 10, 64); err == nil {
				return time.Unix(n, 0)
			}
		}
	}
	return time.Time{}
}
