package source

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"unsafe"
)

var (
	errIsDirectory = errors.New("is a directory")
	errSpecial     = errors.New("not a regular file")
	errTooLarge    = fmt.Errorf("larger than %d MiB", maxFile>>20)
)

// ErrLinkLoop says that a symbolic link leads to itself, or through too many others:
// there is no file behind it.
var ErrLinkLoop = errors.New("too many levels of symbolic links")

// maxFile bounds what is read of one file; nothing that configures a host is larger.
const maxFile = 64 << 20

// A Store reads every file once and hands out the same *File for it ever
// after, whatever name leads to it. It is safe for concurrent use.
type Store struct {
	mu    sync.Mutex // guards the maps
	fs    FS
	files map[string]*File // by real path
	fail  map[string]error
	real  map[string]bool // directories known to be reached without a link
	plain map[string]bool // files that a directory listing showed to be regular

	created Memory           // files that exist through With only
	drafts  map[string]*File // files that a fix may create, by path
}

// NewStore returns a store that reads from fsys.
func NewStore(fsys FS) *Store {
	return &Store{fs: fsys, files: map[string]*File{}, fail: map[string]error{}, real: map[string]bool{}, plain: map[string]bool{}, drafts: map[string]*File{}}
}

// With returns a store that sees the same files, except that those named as
// keys have new texts. Unchanged files keep their identity.
func (s *Store) With(texts map[*File]string) *Store {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := NewStore(s.fs)
	for p, f := range s.files {
		if text, ok := texts[f]; ok && text != f.Text {
			f = &File{Path: f.Path, Text: text, Mode: f.Mode}
		}
		out.files[p] = f
	}
	created := maps.Clone(s.created)
	if created == nil {
		created = Memory{}
	}
	for f, text := range texts {
		if _, ok := created[f.Path]; ok {
			created[f.Path] = text
		}
		if _, ok := out.files[f.Path]; !ok {
			out.files[f.Path] = &File{Path: f.Path, Text: text, Mode: f.Mode}
			created[f.Path] = text
		}
	}
	if len(created) > 0 {
		out.fs, out.created = overlay{s.FS(), created}, created
	}
	return out
}

// Created reports whether the file at a path exists only through [Store.With].
func (s *Store) Created(p string) bool {
	_, ok := s.created[p]
	return ok
}

// FS returns the file system that the store reads from, without what With added.
func (s *Store) FS() FS {
	if o, ok := s.fs.(overlay); ok {
		return o.FS
	}
	return s.fs
}

// Files returns every file read so far, sorted by path.
func (s *Store) Files() []*File {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]*File, 0, len(s.files))
	for _, f := range s.files {
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b *File) int { return strings.Compare(a.Path, b.Path) })
	return out
}

// Open reads the file at an absolute path on disk. Links are followed as the
// running machine follows them; a [View] follows them as the host does.
func (s *Store) Open(p string) (*File, error) {
	return s.View("/").Open(p)
}

// read reads a file by its real path.
func (s *Store) read(p string) (*File, error) {
	if f, ok := s.files[p]; ok {
		return f, nil
	}
	if err, ok := s.fail[p]; ok {
		return nil, err
	}
	f, err := s.load(p)
	if err != nil {
		s.fail[p] = err
		return nil, err
	}
	s.files[p] = f
	return f, nil
}

func (s *Store) load(p string) (*File, error) {
	data, mode, err := s.fs.Read(p)
	if err != nil {
		return nil, err
	}
	// The bytes are handed over: nobody writes to them again.
	return &File{Path: p, Text: unsafe.String(unsafe.SliceData(data), len(data)), Mode: mode}, nil
}

// A View is one machine's idea of its file system: it maps the names that
// stand in that machine's files to paths on this disk.
type View struct {
	store *Store
	root  string
	maps  []Mapping

	bounds  []string         // see Within; nil for none
	refused map[string]error // what led outside, by path
}

// A Mapping places a directory of the host somewhere else than below its root.
type Mapping struct {
	From string // absolute directory on the host
	To   string // absolute directory on disk
}

// View returns the view whose "/" is the directory root; the first mapping
// whose From holds a name wins.
func (s *Store) View(root string, maps ...Mapping) *View {
	return &View{store: s, root: path.Clean(root), maps: maps}
}

// Store returns the store the view reads from.
func (v *View) Store() *Store { return v.store }

// Path returns where a host's name lies on disk, links not followed.
func (v *View) Path(name string) string {
	if !path.IsAbs(name) {
		name = "/" + name
	}
	name = path.Clean(name)
	for _, m := range v.maps {
		if rest, ok := below(name, m.From); ok {
			return path.Join(m.To, rest)
		}
	}
	switch {
	case v.root == "/":
		return name
	case name == "/":
		return v.root
	}
	return v.root + name
}

// within returns the name of an entry of a clean directory.
func within(dir, entry string) string {
	if strings.HasSuffix(dir, "/") {
		return dir + entry
	}
	return dir + "/" + entry
}

// Name returns the host's name for a path on disk, and false when the host
// does not see that path.
func (v *View) Name(p string) (string, bool) {
	for _, m := range v.maps {
		if rest, ok := below(p, m.To); ok {
			return path.Join(m.From, rest), true
		}
	}
	if rest, ok := below(p, v.root); ok {
		return path.Join("/", rest), true
	}
	return "", false
}

func below(name, dir string) (rest string, ok bool) {
	dir = path.Clean(dir)
	if name == dir {
		return "", true
	}
	if dir != "/" {
		dir += "/"
	}
	return strings.CutPrefix(name, dir)
}

// Open reads the file that has this name on the host.
func (v *View) Open(name string) (*File, error) {
	v.store.mu.Lock()
	defer v.store.mu.Unlock()
	return v.open(name)
}

func (v *View) open(name string) (*File, error) {
	p, err := v.resolve(name)
	if err != nil {
		return nil, err
	}
	return v.store.read(p)
}

// Create returns the file of this name if it can be read, else an empty one
// that exists in memory only, for a fix that writes a new file; the same one
// every time, so that the fixes of several rules meet in it.
func (v *View) Create(name string) *File {
	v.store.mu.Lock()
	defer v.store.mu.Unlock()
	if f, err := v.open(name); err == nil {
		return f
	}
	p := v.Path(name)
	if v.store.drafts[p] == nil {
		v.store.drafts[p] = NewFile(p, "")
	}
	return v.store.drafts[p]
}

// Prefetch reads many files at once and hands each to f, several at a time: f
// must be safe for that and must not use the store. Files that cannot be read
// are left to [View.Open].
func (v *View) Prefetch(names []string, f func(i int, file *File)) {
	v.store.mu.Lock()
	defer v.store.mu.Unlock()
	paths := make([]string, len(names))
	files := make([]*File, len(names))
	for i, name := range names {
		if p, err := v.resolve(name); err == nil && v.store.fail[p] == nil {
			paths[i], files[i] = p, v.store.files[p]
		}
	}
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(names)) {
		group.Add(1)
		go func() {
			defer group.Done()
			for i := int(next.Add(1)) - 1; i < len(names); i = int(next.Add(1)) - 1 {
				if files[i] == nil && paths[i] != "" {
					files[i], _ = v.store.load(paths[i])
				}
				if files[i] != nil {
					f(i, files[i])
				}
			}
		}()
	}
	group.Wait()
	for i, file := range files {
		if file != nil && v.store.files[paths[i]] == nil {
			v.store.files[paths[i]] = file
		}
	}
}

// resolve returns the real path of a host's name: symbolic links are followed
// as the host would, so an absolute target starts again at the host's root.
func (v *View) resolve(name string) (string, error) {
	start := v.Path(name)
	p := start
	for range 40 {
		if v.bounds != nil && !v.Holds(p) {
			return "", v.outside(start, p)
		}
		next, err := v.follow(p)
		var pathErr *fs.PathError
		if errors.As(err, &pathErr) { // a folder on the way: name what was asked for
			err = &fs.PathError{Op: "open", Path: p, Err: pathErr.Err}
		}
		if err != nil || next == "" {
			return p, err
		}
		p = next
	}
	return "", &fs.PathError{Op: "open", Path: start, Err: ErrLinkLoop}
}

// follow replaces the first symbolic link on the way to p, and returns "" when
// there is none.
func (v *View) follow(p string) (string, error) {
	dir := path.Dir(p)
	if !v.store.real[dir] && dir != v.root && dir != "/" {
		if next, err := v.follow(dir); err != nil {
			return "", err
		} else if next != "" {
			return path.Join(next, path.Base(p)), nil
		}
		v.store.real[dir] = true
	}
	if p == v.root {
		return "", nil
	}
	if v.store.plain[p] || v.store.files[p] != nil {
		return "", nil
	}
	info, err := v.store.fs.Lstat(p)
	if err != nil {
		return "", err
	}
	if mode := info.Mode(); mode&fs.ModeSymlink == 0 {
		if mode.Type()&^fs.ModeDir != 0 { // to open a device may be to use it
			v.store.fail[p] = &fs.PathError{Op: "read", Path: p, Err: errSpecial}
		}
		return "", nil
	}
	target, err := v.store.fs.ReadLink(p)
	if err != nil {
		return "", err
	}
	if path.IsAbs(target) {
		return v.Path(target), nil
	}
	return path.Join(dir, target), nil
}

// Glob returns the host's names that match a glob(3) pattern, in byte order: "*",
// "?" and "[...]" match within one path element and never a leading dot. A
// pattern that matches nothing, or whose directory does not exist, gives none. The
// error says that the pattern is malformed, or, beside what matches elsewhere, wraps
// an [OutsideError].
func (v *View) Glob(pattern string) ([]string, error) {
	v.store.mu.Lock()
	defer v.store.mu.Unlock()
	var outside error
	names := []string{"/"}
	elements := strings.Split(strings.Trim(path.Clean(pattern), "/"), "/")
	for i, element := range elements {
		var next []string
		for _, dir := range names {
			matches, err := v.globElement(dir, element, i == len(elements)-1)
			if err != nil && !IsOutside(err) {
				return nil, err
			}
			outside = cmp.Or(outside, err)
			next = append(next, matches...)
		}
		names = next
	}
	slices.Sort(names)
	return names, outside
}

// globElement returns what matches one element in a directory. A directory by
// name need not be there itself: a mapping may place what is below it. A name that
// leads outside matches: to open it tells why it is not read.
func (v *View) globElement(dir, element string, last bool) ([]string, error) {
	if !strings.ContainsAny(element, "*?[\\") {
		name := path.Join(dir, element)
		if !last {
			return []string{name}, nil
		}
		if _, err := v.resolve(name); err != nil && !IsOutside(err) {
			if _, err := v.store.fs.Lstat(v.Path(name)); err != nil {
				return nil, nil
			}
		}
		return []string{name}, nil
	}
	entries, err := v.readDir(dir)
	switch {
	case IsOutside(err):
		return nil, err
	case err != nil:
		return nil, nil // as glob(3): what cannot be listed matches nothing
	}
	element = strings.ReplaceAll(element, "[!", "[^")
	var out []string
	for _, e := range entries {
		if e.Name()[0] == '.' && element[0] != '.' {
			continue
		}
		ok, err := path.Match(element, e.Name())
		if err != nil {
			return nil, fmt.Errorf("pattern %q: %w", element, err)
		}
		if ok {
			out = append(out, within(dir, e.Name()))
		}
	}
	return out, nil
}

// ReadDir lists a directory of the host, sorted by name.
func (v *View) ReadDir(name string) ([]fs.DirEntry, error) {
	v.store.mu.Lock()
	defer v.store.mu.Unlock()
	return v.readDir(name)
}

func (v *View) readDir(name string) ([]fs.DirEntry, error) {
	p, err := v.resolve(name)
	if err != nil {
		return nil, err
	}
	entries, err := v.store.fs.ReadDir(p)
	for _, e := range entries {
		if e.Type().IsRegular() {
			v.store.plain[within(p, e.Name())] = true
		}
	}
	return entries, err
}

// Exists reports whether the host has a file or directory of this name.
func (v *View) Exists(name string) bool {
	v.store.mu.Lock()
	defer v.store.mu.Unlock()
	p, err := v.resolve(name)
	if err != nil {
		return false
	}
	_, err = v.store.fs.Lstat(p)
	return err == nil
}
