package disk

import (
	"os"
	"path/filepath"
	"testing"
)

// TestSecret looks at the new file before every system call: until it has its name,
// and then too, nobody may read it who may not read the old one.
func TestSecret(t *testing.T) {
	needRoot(t)
	folder, looks := fastFolder(t), 0
	for _, s := range situations() {
		if s.created || s.removal || s.inPlace {
			continue
		}
		path := s.begin(t, folder)
		old := newEntry(t, path)
		s.run(path, rollBack, func(_ int, call string) error {
			for _, name := range []string{temporary, filepath.Base(path)} {
				file := filepath.Join(folder, name)
				if _, err := os.Lstat(file); err != nil {
					continue
				}
				looks++
				now := newEntry(t, file)
				list := now.Attributes[accessList]
				// Without a list of its own, or with the group's bits off, which mask a list,
				// the mode says all.
				masked := list == "" || list == old.Attributes[accessList] || now.Mode&0o070 == 0
				if now.Mode&0o777&^old.Mode != 0 && now.Mode&permissions != 0o600 || !masked || now.UID != 0 && now.UID != old.UID ||
					now.Mode&0o070 != 0 && (now.GID != old.GID || list != old.Attributes[accessList]) {
					t.Errorf("%s: before %s, %q has mode %o, owner %d:%d, list %q", s.name, call, name, now.Mode, now.UID, now.GID, list)
				}
			}
			return nil
		})
	}
	t.Logf("%d looks", looks)
}
