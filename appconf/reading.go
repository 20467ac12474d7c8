package appconf

import (
	"fmt"
	"path"
	"strings"

	"github.com/tunelint/tunelint/appconf/preset"
	"github.com/tunelint/tunelint/appconf/pyexpr"
	"github.com/tunelint/tunelint/appconf/shellwords"
	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
)

// A reading is what the files of one application declare, before anything is
// decided.
type reading struct {
	app     string
	runtime *preset.Runtime // nil when unknown

	declared []declaration
	listen   []string
	skips    []source.Skip
	// opaque is why no default may be used: a file may declare anything. "" when
	// every file was understood.
	opaque string
	// cpus is what the machine has, 0 where that is not known.
	cpus int
	// heapShare is the part of its memory that a JVM takes for the heap, in percent;
	// 0 for other programs, and where the command line was not read or says a size.
	heapShare int64
	heapAt    source.Span // what says so; invalid for the default
	// env is what the files put into the environment.
	env map[string]syntax.Variable
	// commanded reports whether the command line that starts the server was read.
	commanded bool
	// started reports whether some file says how the application is started.
	started bool
	// upstream is what tunelint.yaml says of how nginx reaches the application.
	upstream string
	// springFiles and springArguments are properties of Spring Boot, pools the
	// entries of php-fpm's files; what holds is decided when all files were read.
	springFiles     []springFile
	springArguments []springArgument
	pools           []syntax.KeyValue
	poolFiles       []*source.File
	// jettyValues are the properties of Jetty's .ini files, and jettyOn the modules that
	// decide protocols, with the places that switch them on.
	jettyValues map[string]syntax.Variable
	jettyOn     map[string]source.Span
	// spoken are the sockets of servers that speak one protocol at each.
	spoken []spokenSocket
	// uwsgiPlain are the places in spoken that speak what --protocol says.
	uwsgiPlain []int
	// goSources are the Go files; hasGo reports whether there are any.
	goSources []*goSource
	hasGo     bool
	// bindsLimits reports whether the program takes Kestrel's limits from its
	// configuration.
	bindsLimits bool
	// kestrelProtocols are the entries of the configuration that decide what Kestrel
	// speaks; kestrelStart is where a program that was read starts it.
	kestrelProtocols []declaration
	kestrelStart     source.Span
	// envFiles are the files of variables.
	envFiles []*envFile
	// unreadEnvironment is the place that names a file of variables, which is not read.
	unreadEnvironment source.Span
	// dockerfile is the application's Dockerfile, nil without one; composed reports
	// whether a compose file or a Kubernetes workload starts the application.
	dockerfile *dockerfile
	composed   bool
	// container and stop are what the application runs in and how it is stopped.
	container Container
	stop      Stop
	// processes counts the scripts that were followed to find process 1.
	processes int
	// packageScripts are the scripts of package.json by name.
	packageScripts map[string]syntax.KeyValue
	// serverFiles are the base names of the configuration files of uwsgi, Puma,
	// Unicorn and hypercorn that were read.
	serverFiles []string
	// hypercornFiles are the files that programs take the configuration of hypercorn
	// from, and hypercornPrograms those programs.
	hypercornFiles    []shellwords.Word
	hypercornPrograms []*source.File
	// hasPrograms reports whether Python programs are among the files, programs are
	// their base names, pythonPrograms those that start a server by a call, pythonCalls
	// the calls, and pythonCommand is the one that the command line runs.
	hasPrograms    bool
	programs       []string
	pythonPrograms []*source.File
	pythonCalls    []pyexpr.Call
	pythonCommand  shellwords.Word
	// shells are the scripts of the shell, and shellRuns counts those that were run.
	shells    []*source.File
	shellRuns int
	// uwsgiFiles are the files that uWSGI is told to read.
	uwsgiFiles []shellwords.Word
	// pumaCommand starts Puma so that it reads a configuration file.
	pumaCommand source.Span
	// gunicornConf is the base name of the gunicorn configuration file that was read.
	gunicornConf string
	// scripts are the JavaScript files; servers counts the servers they start, and
	// parsed the files of which there is a syntax tree.
	scripts         map[*source.File]bool
	servers, parsed int
	// speech is what is known of the protocols of the script that is being read.
	speech *nodeSpeech
	// handlers are the places that handle a signal, by its name.
	handlers map[string]source.Span
	// handlesSignals reports whether a script may decide how the application stops.
	handlesSignals bool
}

// A declaration is one place that decides one setting.
type declaration struct {
	// name is the setting's key in tunelint.yaml, or one of the further names that
	// [preset.Runtime.Figures] lists, or worker_class.
	name string
	// number is in base units: nanoseconds, bytes, or a count.
	number int64
	text   string
	at     source.Span
	// rank orders places of different strength; the highest decides.
	rank int
	// why is not empty when the place decides the setting in a way that cannot be read.
	why string
	// assumed marks a default that holds as a rule only, and a place that decides the
	// setting for some requests only.
	assumed bool
}

// A reader knows one kind of file: read takes one at a time, all takes those that
// belong together.
type reader struct {
	reads func(r *reading, name string) bool
	read  func(r *reading, f *source.File)
	all   func(r *reading, files []*source.File)
}

// readers lists every kind of file, in the order in which they are read: what
// puts variables into the environment comes before what uses them.
func readers() []reader {
	return []reader{
		{reads: isEnvFile, read: collectEnvFile},
		{reads: isPackageJSON, read: collectPackage},
		{reads: isDockerfile, read: readDockerfile},
		{reads: isCompose, all: readCompose},
		{reads: isKubernetes, all: readKubernetes},
		{reads: isProcfile, read: readProcfile},
		{reads: isService, read: readService},
		{reads: isShellFile, all: runShells},
		{reads: isUWSGIConf, read: readUWSGIConf},
		{reads: isRubyConf, read: readRubyConf},
		{reads: isGunicornConf, read: readGunicornConf},
		{reads: isPythonProgram, read: readPythonProgram},
		{reads: isHypercornConf, read: readHypercornConf},
		{reads: isEcosystem, read: readEcosystem},
		{reads: isScript, read: readScript},
		{reads: isBun, read: readBun},
		{reads: isHAProxy, read: readHAProxy},
		{reads: isSpringFile, read: collectSpringFile},
		{reads: isServerXML, read: readServerXML},
		{reads: isJettyIni, read: readJettyIni},
		{reads: isJettyXML, read: readJettyXML},
		{reads: isGo, read: collectGo},
		{reads: isPool, read: collectPool},
		{reads: isPHPIni, read: readPHPIni},
		{reads: isCSharp, read: readCSharp},
		{reads: isAppSettings, read: readAppSettings},
	}
}

// read reads the files of an application in the order of readers.
func (r *reading) read(files []*source.File) {
	done := map[*source.File]bool{}
	for _, f := range files {
		name := path.Base(f.Path)
		if isShellFile(r, name) {
			r.shells = append(r.shells, f)
		}
		if isPythonProgram(r, name) || (isHypercornConf(r, name) && hasSuffix(name, ".py")) {
			r.programs, r.hasPrograms = append(r.programs, name), true
		}
		r.hasGo = r.hasGo || isGo(r, name)
		r.composed = r.composed || isCompose(r, name) || isKubernetes(r, name)
	}
	for _, kind := range readers() {
		var own []*source.File
		for _, f := range files {
			if !done[f] && kind.reads(r, path.Base(f.Path)) {
				done[f] = true
				own = append(own, f)
			}
		}
		kind.readFiles(r, own)
	}
	for _, f := range files {
		if !done[f] {
			r.giveUp(source.Span{File: f}, fmt.Sprintf("%s: this kind of file is not read for %s", path.Base(f.Path), r.runtimeName()))
		}
	}
	r.doubtEnvFiles()
}

func (k reader) readFiles(r *reading, files []*source.File) {
	if k.all != nil && len(files) > 0 {
		k.all(r, files)
		return
	}
	for _, f := range files {
		k.read(r, f)
	}
}

func (r *reading) family() string {
	if r.runtime == nil {
		return ""
	}
	return r.runtime.Family
}

func (r *reading) runtimeName() string {
	if r.runtime == nil {
		return "an application without a runtime"
	}
	return r.runtime.Family
}

// declare adds a place that was read.
func (r *reading) declare(name string, number int64, at source.Span, rank int) {
	r.declared = append(r.declared, declaration{name: name, number: number, at: at, rank: rank})
}

// puzzle adds a place that decides a setting but could not be read.
func (r *reading) puzzle(name string, at source.Span, rank int, why string) {
	r.declared = append(r.declared, declaration{name: name, at: at, rank: rank, why: why})
}

// giveUp notes a file that may declare anything.
func (r *reading) giveUp(at source.Span, why string) {
	r.opaque = why
	r.skips = append(r.skips, source.Skip{Span: at, Why: why})
}

// pick returns the place that decides a setting: the strongest one, unless it
// cannot be read or equally strong ones disagree; why says so then. Without any
// place the declaration has no span.
func (r *reading) pick(name string) declaration {
	var best declaration
	for _, d := range r.declared {
		switch {
		case d.name != name || (best.at.IsValid() && d.rank < best.rank):
		case !best.at.IsValid() || d.rank > best.rank:
			best = d
		case best.why != "":
		case d.why == "" && (d.number != best.number || d.text != best.text):
			best.why = fmt.Sprintf("declared differently at %s", d.at)
		default:
			best = d
		}
	}
	return best
}

// drop forgets every declaration of a setting.
func (r *reading) drop(name string) {
	kept := r.declared[:0]
	for _, d := range r.declared {
		if d.name != name {
			kept = append(kept, d)
		}
	}
	r.declared = kept
}

// withhold removes the default of a setting.
func (r *reading) withhold(name string) {
	if r.runtime == nil {
		return
	}
	if _, ok := r.runtime.Figures[name]; ok {
		rt := *r.runtime
		rt.Figures = map[string]preset.Figure{}
		for k, f := range r.runtime.Figures {
			if k != name {
				rt.Figures[k] = f
			}
		}
		r.runtime = &rt
	}
}

// doubt makes declarations unknown that something unread may replace.
func (r *reading) doubt(doubtful func(*declaration) bool, why string) {
	for i := range r.declared {
		if d := &r.declared[i]; doubtful(d) {
			d.why = firstText(d.why, why)
		}
	}
}

// getenv returns a variable of the environment, false for one that nothing sets.
func (r *reading) getenv(name string) (syntax.Variable, bool) {
	v, ok := r.env[name]
	return v, ok
}

// listens notes an address to listen at, once.
func (r *reading) listens(address string) {
	for _, known := range r.listen {
		if known == address {
			return
		}
	}
	r.listen = append(r.listen, address)
}

// hasSuffix reports whether a file name ends in one of suffixes.
func hasSuffix(name string, suffixes ...string) bool {
	for _, s := range suffixes {
		if strings.HasSuffix(name, s) {
			return true
		}
	}
	return false
}
