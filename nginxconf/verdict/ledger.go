package verdict

import (
	"fmt"
	"path"
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

// A ledger is what nginx keeps of files and folders, modules and thread pools
// while it reads, beside the zones.
type ledger struct {
	judge   *judge
	folders map[string]*folder
	logs    map[string]string // buffered ones: their parameters
	pools   map[string]bool   // thread pools
	modules map[string]bool   // shared objects
	started bool              // a block of main was read
	threads []poolUse
	out     []Verdict
}

// A folder holds a cache or temporary files.
type folder struct {
	directive *nginxconf.Directive
	levels    string // of temporary files
	cache     bool
}

// A poolUse is an "aio threads=".
type poolUse struct {
	name      string
	directive *nginxconf.Directive
	scope     *nginxconf.Scope
}

// ledgerVerdicts are about what is given twice in different ways, too late or
// not at all.
func ledgerVerdicts(j *judge) []Verdict {
	l := ledger{
		judge: j, folders: map[string]*folder{}, logs: map[string]string{},
		pools: map[string]bool{}, modules: map[string]bool{},
	}
	inReadingOrder(j.config.Root, l.read)
	if j.seesAll() {
		for _, use := range l.threads {
			if !l.pools[use.name] && use.name != "default" {
				l.refuse(use.scope, UndefinedReference, use.directive, 0, `unknown thread pool "%s"`, use.name)
				v := &l.out[len(l.out)-1]
				v.At, v.Noticed = use.directive.StopSpan(), closeOf(use.scope.Enclosing(nginxconf.InHTTP))
			}
		}
	}
	return l.out
}

var ledgerReaders = map[string]func(l *ledger, s *nginxconf.Scope, d *nginxconf.Directive){
	"events": (*ledger).start, "http": (*ledger).start, "stream": (*ledger).start, "mail": (*ledger).start,
	"load_module": (*ledger).load, "thread_pool": (*ledger).pool, "aio": (*ledger).aio, "access_log": (*ledger).log,
	"proxy_cache_path": (*ledger).folder, "fastcgi_cache_path": (*ledger).folder, "uwsgi_cache_path": (*ledger).folder, "scgi_cache_path": (*ledger).folder,
	"proxy_temp_path": (*ledger).folder, "fastcgi_temp_path": (*ledger).folder, "uwsgi_temp_path": (*ledger).folder, "scgi_temp_path": (*ledger).folder,
	"client_body_temp_path": (*ledger).folder,
}

func (l *ledger) read(s *nginxconf.Scope, d *nginxconf.Directive) {
	read := ledgerReaders[d.Name]
	if read == nil || !d.Certain() {
		return
	}
	if d.Block == nil && (len(d.Args) == 0 || isPlaceholder(d.Args[0].Text) || strings.Contains(d.Args[0].Text, "\x00") || isTemplate(d)) {
		return
	}
	read(l, s, d)
}

func (l *ledger) refuse(s *nginxconf.Scope, kind Kind, d *nginxconf.Directive, arg int, format string, words ...any) {
	l.out = append(l.out, Verdict{Kind: kind, Directive: d, Context: s.Context, Scope: s, Arg: arg, Message: fmt.Sprintf(format, words...)})
}

func (l *ledger) start(s *nginxconf.Scope, _ *nginxconf.Directive) {
	l.started = l.started || s.Context&nginxconf.InMain != 0
}

// load judges load_module: nginx counts its modules at the first block.
func (l *ledger) load(s *nginxconf.Scope, d *nginxconf.Directive) {
	object := path.Base(d.Arg(0))
	switch {
	case s.Context&nginxconf.InMain == 0:
	case l.started:
		l.refuse(s, MisplacedDirective, d, -1, `"load_module" directive is specified too late`)
	case l.modules[object]:
		l.refuse(s, DuplicateDirective, d, 0, `module "%s" is already loaded`, strings.TrimSuffix(object, ".so"))
	}
	l.modules[object] = true
}

func (l *ledger) pool(s *nginxconf.Scope, d *nginxconf.Directive) {
	name := d.Arg(0)
	if l.pools[name] {
		l.refuse(s, DuplicateDirective, d, 0, `duplicate thread pool "%s"`, name)
	}
	l.pools[name] = true
}

func (l *ledger) aio(s *nginxconf.Scope, d *nginxconf.Directive) {
	if name, ok := strings.CutPrefix(d.Arg(0), "threads="); ok && !strings.Contains(name, "$") && s.Enclosing(nginxconf.InHTTP) != nil {
		l.threads = append(l.threads, poolUse{name, d, s})
	}
}

// log judges the buffers of one file, which all that write to it share.
func (l *ledger) log(s *nginxconf.Scope, d *nginxconf.Directive) {
	target := d.Arg(0)
	size, flush, level := int64(0), "", ""
	for i := 2; i < len(d.Args); i++ {
		word := d.Args[i].Text
		if value, ok := strings.CutPrefix(word, "buffer="); ok {
			size, _ = nginxconf.ParseSize(value, false)
		} else if value, ok := strings.CutPrefix(word, "flush="); ok {
			time, _ := nginxconf.ParseTime(value, false)
			flush = time.String()
		} else if word == "gzip" || strings.HasPrefix(word, "gzip=") {
			level = strings.TrimPrefix(strings.TrimPrefix(word, "gzip"), "=")
			if level == "" {
				level = "1"
			}
			if size == 0 {
				size = 64 << 10
			}
		}
	}
	if size == 0 || strings.Contains(target, "$") || strings.HasPrefix(target, "syslog:") {
		return
	}
	name, parameters := l.full(target), fmt.Sprint(size, flush, level)
	if earlier, ok := l.logs[name]; ok && earlier != parameters {
		l.refuse(s, InvalidValue, d, -1, `access_log "%s" already defined with conflicting parameters`, target)
		return
	}
	l.logs[name] = parameters
}

// folder judges a folder that is used twice: by a cache and something else, or
// with other levels.
func (l *ledger) folder(s *nginxconf.Scope, d *nginxconf.Directive) {
	f := &folder{directive: d, cache: strings.HasSuffix(d.Name, "_cache_path")}
	for _, a := range d.Args[min(1, len(d.Args)):] {
		f.levels += ":" + strings.TrimLeft(a.Text, "0")
	}
	name := l.full(strings.TrimSuffix(d.Arg(0), "/"))
	earlier := l.folders[name]
	switch {
	case earlier == nil:
		l.folders[name] = f
	case earlier.cache || f.cache:
		l.refuse(s, InvalidValue, d, 0, `the same path name "%s" used in %s and`, name, where(earlier.directive))
	case earlier.levels != f.levels:
		l.refuse(s, InvalidValue, d, 0, `the same path name "%s" in %s has the different levels than`, name, where(earlier.directive))
	}
}

func where(d *nginxconf.Directive) string {
	return fmt.Sprintf("%s:%d", d.Doc.File.Path, d.StopSpan().Position().Line)
}

// full returns a name as nginx completes it with its prefix.
func (l *ledger) full(name string) string {
	if strings.HasPrefix(name, "/") {
		return name
	}
	return strings.TrimSuffix(l.judge.config.Prefix, "/") + "/" + name
}
