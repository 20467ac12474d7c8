package machine

import (
	"context"
	"errors"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/tunelint/tunelint/source"
)

// Nginx is an nginx that is installed.
type Nginx struct {
	// Path is where its program is, Version such as "1.22.1".
	Path, Version string
	// Arguments are what it was configured with, as "nginx -V" prints them.
	Arguments string
	// Static are the modules built into it, in the order of the arguments: those of
	// nginx by their switch, "http_ssl_module", Added the ones of others by the
	// folder of their sources.
	Static, Added []string
	// Dynamic are the files in the folder of its modules, sorted; each counts only
	// where load_module names it. Folder is that folder, "" where it is not known.
	Dynamic []string
	Folder  string
}

// longestAnswer bounds the wait for a program that should answer at once.
const longestAnswer = 10 * time.Second

// InstalledNginx asks the nginx that is installed what it is: the one on PATH, else
// on that of root, which others need not have. It runs the program.
func InstalledNginx() Figure[Nginx] {
	name, err := NginxProgram()
	if err != nil {
		return unknown[Nginx](err.Error())
	}
	ctx, stop := context.WithTimeout(context.Background(), longestAnswer)
	defer stop()
	out, err := exec.CommandContext(ctx, name, "-V").CombinedOutput()
	if err != nil {
		return unknown[Nginx](name + " -V: " + err.Error())
	}
	n, ok := describedNginx(string(out))
	if !ok {
		return unknown[Nginx](name + " -V names no version")
	}
	n.Path = name
	return known(n, name+" -V")
}

// rootFolders are those of root's PATH that others often lack.
var rootFolders = [...]string{"/usr/local/sbin", "/usr/sbin", "/sbin"}

// NginxProgram returns the absolute path of the nginx that is installed: the one on
// PATH, else on that of root. The error says that there is none.
func NginxProgram() (string, error) {
	if name, err := exec.LookPath("nginx"); err == nil {
		return filepath.Abs(name)
	}
	for _, folder := range rootFolders {
		if name, err := exec.LookPath(path.Join(folder, "nginx")); err == nil {
			return name, nil
		}
	}
	return "", errors.New("no nginx is on PATH, nor in " + strings.Join(rootFolders[:], ", "))
}

// describedNginx reads what "nginx -V" prints: "nginx version: nginx/1.22.1" and
// "configure arguments: --with-…".
func describedNginx(text string) (n Nginx, ok bool) {
	_, version, ok := strings.Cut(text, "nginx/")
	version, _, _ = strings.Cut(version, "\n")
	n.Version, _, _ = strings.Cut(strings.TrimSpace(version), " ")
	_, arguments, _ := strings.Cut(text, "configure arguments:")
	n.Arguments = strings.TrimSpace(arguments)
	n.readArguments()
	return n, ok && n.Version != ""
}

// readArguments finds modules and their folder among the arguments.
func (n *Nginx) readArguments() {
	prefix, folder := "/usr/local/nginx", ""
	for argument := range strings.FieldsSeq(n.Arguments) {
		name, value, valued := strings.Cut(argument, "=")
		module := strings.TrimPrefix(name, "--with-")
		switch {
		case name == "--prefix":
			prefix = value
		case name == "--modules-path":
			folder = value
		case name == "--add-module":
			n.Added = append(n.Added, path.Base(value))
		case valued || module == name:
		case strings.HasSuffix(module, "_module"), module == "stream", module == "mail":
			n.Static = append(n.Static, module)
		}
	}
	if folder == "" {
		folder = "modules" // auto/options
	}
	if !path.IsAbs(folder) {
		folder = path.Join(prefix, folder)
	}
	n.Folder = folder
	n.Static = slices.DeleteFunc(slices.Clone(n.Static), n.inObject)
}

// inObject reports whether a module is part of the shared object of another:
// "stream_ssl_module" where stream itself is one.
func (n *Nginx) inObject(module string) bool {
	of, _, _ := strings.Cut(module, "_")
	return (of == "stream" || of == "mail") && !slices.Contains(n.Static, of)
}

// ReadModules finds the modules that nginx can load.
func (n *Nginx) ReadModules(fsys source.FS) {
	entries, err := source.NewStore(fsys).View("/").ReadDir(n.Folder)
	if err != nil {
		return
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".so") && !e.IsDir() {
			n.Dynamic = append(n.Dynamic, e.Name())
		}
	}
	slices.Sort(n.Dynamic)
}
