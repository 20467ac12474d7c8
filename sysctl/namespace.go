package sysctl

import "strings"

// A Namespace is what has a key for itself. The zero Namespace is not known.
type Namespace uint8

const (
	// Machine keys are there once for all: only the machine itself can set them.
	Machine Namespace = iota + 1
	// Network, IPC, UTS, User and PID keys belong to the namespace of that name.
	Network
	IPC
	UTS
	User
	PID
)

// String returns the name as people write it.
func (n Namespace) String() string {
	return [...]string{"unknown", "machine", "network", "IPC", "UTS", "user", "PID"}[min(n, PID)]
}

// Namespace returns what has the key for itself in a kernel. It is 0 where that
// is not known, or depends on a release that is not.
func (k *Key) Namespace(kernel string) Namespace {
	switch text := k.Netns; {
	case text == "no", strings.HasPrefix(text, "no ("), strings.HasPrefix(text, "no;"):
		return Machine
	case strings.HasPrefix(text, "yes in "): // "yes in 6.18; no through 6.12"
		return since(parseRange(text), kernel, Network)
	case strings.HasPrefix(text, "yes ("):
		word := strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(text, "yes ("), "since "), "in ")
		word, rest, _ := strings.Cut(word, ")")
		if _, ok := parseRelease(strings.TrimPrefix(word, "~")); !ok {
			return Network // "per interface", "read-only"
		}
		if old, ok := strings.CutPrefix(rest, "; global in "); ok {
			word = old + ".." + word
		}
		return since(parseChange(word, always()), kernel, Network)
	case text == "yes":
		return Network
	case strings.HasPrefix(text, "ipc namespace"):
		return IPC
	case strings.HasPrefix(text, "uts namespace"):
		return UTS
	case strings.HasPrefix(text, "per user ns"):
		return User
	case strings.HasPrefix(text, "pid namespace"):
		_, word, _ := strings.Cut(text, " since ")
		return since(parseChange(word, always()), kernel, PID)
	}
	return 0
}

// parseRange reads "yes in V; no through V".
func parseRange(text string) change {
	by, from, _ := strings.Cut(strings.TrimPrefix(text, "yes in "), "; no through ")
	c := parseChange(from+".."+by, never())
	c.from++
	return c
}

// since is the namespace that has the key from a release on.
func since(c change, kernel string, n Namespace) Namespace {
	switch {
	case c.happened(kernel):
		return n
	case c.ahead(kernel):
		return Machine
	}
	return 0
}

// ForContainer says whether container runtimes set the key for one container:
// Rejected is a container that does not start. runc and crun take what belongs to a
// namespace that every container has for itself, and fail where a key of the network
// is not there or cannot be written.
func (k *Key) ForContainer(kernel string) Verdict {
	switch n := k.Namespace(kernel); {
	case n == Machine, n != 0 && n != Network && k.Container == "host-only":
		return Rejected
	case n == Network && k.Access == "", n == IPC:
		return Accepted
	}
	return Unsure
}
