package limits

import (
	"fmt"
	"slices"
	"strings"
)

// isChecked reports whether the value of a key is evaluated here.
func isChecked(key string) bool {
	kind, _ := keyKind(key)
	return kind != keyOther
}

type keyClass uint8

const (
	keyOther  keyClass = iota
	keyCount           // a resource limit that counts
	keySize            // a resource limit in bytes
	keyLimit           // a resource limit in a unit of its own
	keyMemory          // a limit of a control group
)

// keyKind returns the class of a key and how systemd spells it, whatever the
// case (load-fragment-gperf.gperf.in, rlimit-util.c).
func keyKind(key string) (kind keyClass, spelt string) {
	for _, memory := range []string{"MemoryMax", "MemoryHigh"} {
		if strings.EqualFold(key, memory) {
			return keyMemory, memory
		}
	}
	for _, prefix := range []string{"DefaultLimit", "Limit"} {
		if len(key) < len(prefix) || !strings.EqualFold(key[:len(prefix)], prefix) {
			continue
		}
		name := strings.ToUpper(key[len(prefix):])
		switch name {
		case "NOFILE", "NPROC", "LOCKS", "SIGPENDING", "RTPRIO":
			return keyCount, prefix + name
		case "FSIZE", "DATA", "STACK", "CORE", "RSS", "AS", "MEMLOCK", "MSGQUEUE":
			return keySize, prefix + name
		case "CPU", "NICE", "RTTIME":
			return keyLimit, prefix + name
		}
	}
	return keyOther, key
}

// isLimitName reports whether a key is named like those of resource limits, of
// which [keyKind] knows all.
func isLimitName(key string) bool {
	name := strings.ToLower(key)
	return strings.HasPrefix(name, "limit") || strings.HasPrefix(name, "defaultlimit")
}

// checkKey returns why systemd does not know the key in the section.
func checkKey(section, key string) string {
	kind, spelt := keyKind(key)
	within := []string{"Service", "Socket", "Mount", "Swap"}
	switch {
	case kind == keyOther && isLimitName(key):
		return "unknown key " + key
	case kind == keyOther:
		return ""
	case key != spelt:
		return fmt.Sprintf("unknown key %s, it is spelt %s", key, spelt)
	case strings.HasPrefix(key, "DefaultLimit"):
		within = []string{"Manager"}
	case kind == keyMemory:
		within = append(within, "Slice", "Scope")
	}
	if slices.Contains(within, section) {
		return ""
	}
	return fmt.Sprintf("unknown key %s in section [%s]", key, section)
}

// checkValue returns why systemd drops the value of a key.
func checkValue(key, value string) string {
	var err error
	switch kind, _ := keyKind(key); kind {
	case keyCount:
		_, err = ParseLimit(value)
	case keySize:
		_, err = parseSizeLimit(value)
	case keyMemory:
		_, _, err = parseMemory(value)
	}
	switch {
	case err == nil:
		return ""
	case value == "":
		return "empty value"
	}
	return "invalid value: " + err.Error()
}
