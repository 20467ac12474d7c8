package disk

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/tunelint/tunelint/spelling"
)

// judge finds out how the file is to be written, and what speaks against it.
func (f *File) judge() error {
	var own, folder property
	var err error
	if f.exists {
		if own, err = f.sys.property(f.folder, f.name, f.path); err != nil {
			return err
		}
	}
	if folder, err = f.sys.property(f.way.fd, "", f.way.path); err != nil {
		return err
	}
	switch {
	case own.mountPoint:
		f.inPlace = "it is a mount point"
	case f.exists && f.seen.links > 1:
		f.inPlace = fmt.Sprintf("it has %d names (hard links)", f.seen.links)
	}
	steps := []func() error{
		func() error { return f.judgeFile(own) },
		func() error { return f.judgeFolder(folder) },
		f.judgeMount, f.judgeOwners, f.judgeRights,
	}
	for _, step := range steps {
		if err := step(); err != nil || f.refusal != nil {
			return err
		}
	}
	return nil
}

func (f *File) refuse(why, remedy string) { f.refusal = &Refusal{f.path, why, remedy} }

func (f *File) judgeFile(p property) error {
	switch {
	case !f.exists:
	case !f.seen.regular():
		f.refuse("not a regular file", "")
	case p.immutable:
		f.refuse("immutable", "chattr -i "+spelling.ShellWord(f.path))
	case p.appendOnly:
		f.refuse("append-only", "chattr -a "+spelling.ShellWord(f.path))
	case p.sealed:
		f.refuse("sealed by fs-verity", "")
	case f.state.signed():
		f.refuse("its content is signed (security.ima)", "change it where it is signed")
	case f.state.Mode&0o200 == 0:
		f.refuse(fmt.Sprintf("its owner may not write it, mode %#o", f.state.Mode), "chmod u+w "+spelling.ShellWord(f.path))
	}
	return nil
}

// judgeFolder looks for what keeps names from being changed; in place none are.
func (f *File) judgeFolder(p property) error {
	folder := spelling.ShellWord(f.way.path)
	switch {
	case f.inPlace != "":
	case p.immutable:
		f.refuse("its folder is immutable", "chattr -i "+folder)
	case p.appendOnly:
		f.refuse("its folder is append-only", "chattr -a "+folder)
	}
	return nil
}

func (f *File) judgeMount() error {
	fd := f.way.fd
	if f.inPlace != "" {
		fd = f.held
	}
	is, point, err := f.sys.readOnly(fd)
	if err != nil || !is {
		return err
	}
	remedy := ""
	switch store := strings.HasPrefix(f.path, "/nix/store/") || strings.HasPrefix(f.path, "/gnu/store/"); {
	case store:
		remedy = "change the configuration that the store is built from"
	case point != "":
		remedy = "mount -o remount,rw " + spelling.ShellWord(point)
	}
	f.refuse("the file system is read-only", remedy)
	return nil
}

// judgeOwners keeps root from writing where somebody else could bend the outcome.
// Groups are left to the operator: who made a folder writable for a group meant it.
// "/" is not asked: the user it belongs to has the machine, and some images give it
// to nobody.
func (f *File) judgeOwners() error {
	if !f.who.root() {
		return nil
	}
	for _, p := range f.way.passed[1:] {
		switch {
		case !f.who.trusts(p.look.uid):
			f.refuseOwner("its folder "+p.path+" is", p.look.uid)
		case p.look.mode&0o1002 == 0o002:
			f.refuse("everybody may write its folder "+p.path, "chmod o-w "+spelling.ShellWord(p.path))
		case f.exists && f.seen.links > 1 && p.look.uid != 0:
			f.refuseOwner("it has further names, and its folder "+p.path+" is", p.look.uid)
		}
		if f.refusal != nil {
			return nil
		}
	}
	switch {
	case !f.exists:
	case !f.who.trusts(f.seen.uid):
		f.refuseOwner("", f.seen.uid)
	case f.seen.mode&0o002 != 0:
		f.refuse("everybody may write it", "chmod o-w "+spelling.ShellWord(f.path))
	}
	return nil
}

func (f *File) refuseOwner(what string, owner int) {
	argument, words := userName(owner)
	f.refuse(strings.TrimSpace(what+" owned by "+words), "run it as that user: sudo -u "+argument+" tunelint …")
}

// judgeRights asks the kernel whether this user may write here.
func (f *File) judgeRights() error {
	fd, name, mode, what := f.way.fd, ".", uint32(unix.W_OK|unix.X_OK), "its folder "+f.way.path
	owner := f.way.passed[len(f.way.passed)-1].look.uid
	if f.inPlace != "" {
		fd, name, mode, what, owner = f.folder, f.name, unix.W_OK, "it", f.seen.uid
	}
	err := f.sys.do("faccessat", func() error { return unix.Faccessat(fd, name, mode, unix.AT_EACCESS) })
	switch {
	case errors.Is(err, unix.EACCES) || errors.Is(err, unix.EPERM):
		f.refuseRight("no permission to write "+what, owner)
	case err != nil:
		return err
	case f.inPlace == "" && !f.way.readable:
		f.refuse("its folder "+f.way.path+" cannot be read, so nothing written there can be made to last", "chmod u+r "+spelling.ShellWord(f.way.path))
	case f.inPlace == "" && f.exists && f.keptBySticky():
		f.refuseRight("only the owner may replace it in the sticky folder "+f.way.path, f.seen.uid)
	case f.inPlace == "" && f.exists && !f.who.root() && f.who.uid != f.seen.uid:
		return f.judgeForeign()
	}
	return nil
}

// judgeForeign judges a file of somebody else in a folder where this user may write: a
// new file cannot be given to its owner, so it would have to be written in place.
func (f *File) judgeForeign() error {
	err := f.sys.do("faccessat", func() error { return unix.Faccessat(f.folder, f.name, unix.W_OK, unix.AT_EACCESS) })
	if !errors.Is(err, unix.EACCES) && !errors.Is(err, unix.EPERM) {
		return err
	}
	_, words := userName(f.seen.uid)
	f.refuseRight("owned by "+words+", to whom a new file cannot be given, and not to be written over", f.seen.uid)
	return nil
}

func (f *File) refuseRight(why string, owner int) {
	if f.who.root() {
		f.refuse(why, "")
		return
	}
	remedy := "run as root"
	if owner != 0 {
		argument, _ := userName(owner)
		remedy += " or as " + argument
	}
	f.refuse(why, remedy)
}

// keptBySticky reports whether only others may give the file's name away.
func (f *File) keptBySticky() bool {
	folder := f.way.passed[len(f.way.passed)-1].look
	return folder.mode&unix.S_ISVTX != 0 && !f.who.root() && f.who.uid != f.seen.uid && f.who.uid != folder.uid
}
