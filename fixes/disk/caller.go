package disk

import (
	"fmt"
	"os"
	"os/user"
	"strconv"
)

// A caller is who writes.
type caller struct {
	uid  int // in effect
	sudo int // the user who called sudo(8), -1 for none
}

func thisProcess() caller {
	sudo, err := strconv.Atoi(os.Getenv("SUDO_UID"))
	if err != nil {
		sudo = -1
	}
	return caller{os.Geteuid(), sudo}
}

func (c caller) root() bool { return c.uid == 0 }

// trusts reports whether root may write what a user owns.
func (c caller) trusts(owner int) bool { return owner == 0 || owner == c.sudo }

// userName writes a user for sudo(8), and for a reader.
func userName(uid int) (argument, words string) {
	words = fmt.Sprintf("uid %d", uid)
	known, err := user.LookupId(strconv.Itoa(uid))
	if err != nil {
		return fmt.Sprintf("'#%d'", uid), words
	}
	return known.Username, known.Username
}
