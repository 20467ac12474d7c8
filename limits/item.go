package limits

// kind says how pam_limits reads the value of an item.
type kind uint8

const (
	itemUnknown  kind = iota
	itemResource      // an unsigned number, or no limit
	itemSigned        // a signed number
	itemLogins        // a number of logins, of any type
	itemFlag          // 0 or 1, of any type
	itemPath          // a directory; an addition of Debian's
)

// itemKind returns the kind of an item (pam_limits.c, process_limit; chroot:
// Debian's patch of that file).
func itemKind(item string) kind {
	switch item {
	case "core", "data", "fsize", "memlock", "rss", "stack", "as", "nofile", "cpu", "nproc", "locks",
		"sigpending", "msgqueue", "rtprio":
		return itemResource
	case "nice", "priority":
		return itemSigned
	case "maxlogins", "maxsyslogins":
		return itemLogins
	case "nonewprivs":
		return itemFlag
	case "chroot":
		return itemPath
	}
	return itemUnknown
}

// Number returns the value as pam_limits takes it and the text after the
// digits, which it ignores: "64k" is 64 with the rest "k". The unit is the
// item's own: KiB for core, data, fsize, memlock, rss, stack and as, minutes
// for cpu, bytes for msgqueue, else a count. No limit is [Infinity]; for
// nofile pam_limits puts fs.nr_open in its place. A negative number other than
// -1 wraps around, as it does there. ok is false for a broken or templated
// entry and for items that are not resource limits.
func (e *Entry) Number() (n uint64, rest string, ok bool) {
	if e.Broken != "" || e.Template || itemKind(e.Item) != itemResource {
		return 0, "", false
	}
	if unlimited(e.Value) {
		return Infinity, "", true
	}
	n, rest, _ = strtoull(e.Value, 10)
	return n, rest, true
}
