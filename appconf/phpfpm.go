package appconf

import (
	"maps"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/tunelint/tunelint/appconf/shellwords"
	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/spelling"
)

// Where PHP takes a setting from, weakest first: php.ini, the files of conf.d, and
// what a pool sets with php_value and php_admin_value.
const (
	rankPHPIni = iota + 1
	rankPHPScan
	rankPHPValue
	rankPHPAdmin
)

func isPool(r *reading, name string) bool {
	return r.family() == "php-fpm" && hasSuffix(name, ".conf")
}

func isPHPIni(r *reading, name string) bool {
	return r.family() == "php-fpm" && hasSuffix(name, ".ini")
}

// poolSettings are the directives of a pool (sapi/fpm/www.conf.in).
var poolSettings = map[string]flag{
	"listen":                    {name: "listen"},
	"listen.backlog":            {name: "listen_backlog", read: syntax.ReadPositive},
	"pm.max_children":           {name: "workers", read: syntax.ReadPositive},
	"pm.max_requests":           {name: "max_requests_per_worker", read: syntax.ReadPlain},
	"request_terminate_timeout": {name: "request_timeout", read: readPoolTime},
}

// readPoolTime reads seconds, or a number with s, m, h or d.
func readPoolTime(s string) (int64, bool) {
	unit := int64(1e9)
	if s != "" {
		if i := strings.IndexByte("smhd", s[len(s)-1]); i >= 0 {
			unit *= []int64{1, 60, 3600, 86400}[i]
			s = s[:len(s)-1]
		}
	}
	v, ok := syntax.ReadPlain(s)
	return v * unit, ok && v <= math.MaxInt64/unit
}

// readPHPSize reads bytes with PHP's shorthand K, M or G; 0 is no limit.
func readPHPSize(s string) (int64, bool) {
	shift := 0
	if s != "" {
		if i := strings.IndexByte("kmg", s[len(s)-1]|0x20); i >= 0 {
			shift = 10 * (i + 1)
			s = s[:len(s)-1]
		}
	}
	v, ok := syntax.ReadPositive(s)
	return v << shift, ok && v <= math.MaxInt64>>shift
}

// collectPool keeps what php-fpm.conf and the files of its pools say; which pool
// is the application is decided when all were read.
func collectPool(r *reading, f *source.File) {
	r.poolFiles = append(r.poolFiles, f)
	r.pools = append(r.pools, syntax.INIEntries(f)...)
}

// readPHPIni reads php.ini and the files of conf.d.
func readPHPIni(r *reading, f *source.File) {
	rank := rankPHPScan
	if strings.HasPrefix(path.Base(f.Path), "php.ini") {
		rank = rankPHPIni
	}
	for _, e := range syntax.INIEntries(f) {
		known, isSetting := phpSettings[e.Key]
		if isSetting && !strings.HasPrefix(strings.ToUpper(e.Section), "PATH=") && !strings.HasPrefix(strings.ToUpper(e.Section), "HOST=") {
			r.forget(known.name, f)
			r.poolValue(known, e, rank)
		}
	}
}

// phpSettings are the settings of PHP itself (main/main.c).
var phpSettings = map[string]flag{
	"post_max_size":      {name: "max_body_size", read: readPHPSize},
	"max_execution_time": {name: "compute_timeout", read: readPHPSeconds},
	"memory_limit":       {name: "heap_limit", read: readPHPMemory},
}

// readPHPMemory reads the bytes that a request may take; -1 is no limit.
func readPHPMemory(s string) (int64, bool) {
	if s == "-1" {
		return math.MaxInt64, true
	}
	return readPHPSize(s)
}

// readPHPSeconds reads whole seconds; 0 and less is no limit.
func readPHPSeconds(s string) (int64, bool) {
	if v, ok := syntax.ReadPlain(strings.TrimPrefix(s, "-")); ok && strings.HasPrefix(s, "-") && v > 0 {
		return 0, true
	}
	v, ok := syntax.ReadPlain(s)
	return v * 1e9, ok && v <= int64(Infinite)/1e9
}

// poolValue declares one entry.
func (r *reading) poolValue(f flag, e syntax.KeyValue, rank int) {
	text, why := r.fillIn(e.Text)
	r.declared = append(r.declared, optionValue(&f, shellwords.Word{Text: text, Why: why}, e.At, rank))
}

// finishPools reads the pool that is the application: the only one, or the one of
// its name. php-fpm reads the files of a directory in the order of their names,
// and the last value of a directive counts.
func (r *reading) finishPools() {
	if len(r.pools) == 0 {
		return
	}
	slices.SortStableFunc(r.pools, func(a, b syntax.KeyValue) int {
		return strings.Compare(poolOrder(a), poolOrder(b))
	})
	pool, why := r.pool()
	if why != "" {
		r.giveUp(source.Span{File: r.pools[0].At.File}, why)
	}
	for i, e := range r.pools {
		switch {
		case e.Key == "include" && !r.included(e):
			r.giveUp(e.At, "the files that it includes are not among the application's files")
		case e.Section == "global" && e.Key == "process_control_timeout":
			r.poolValue(flag{name: "shutdown_timeout", read: readPoolTime}, e, i+1)
		case pool != "" && e.Section == pool:
			r.poolEntry(e, i+1)
		}
	}
	if d := r.pick("listen"); d.at.IsValid() && d.why == "" {
		r.listens(poolAddress(d.text))
	}
}

// poolOrder sorts php-fpm.conf, which includes the others, first.
func poolOrder(e syntax.KeyValue) string {
	base := path.Base(e.At.File.Path)
	if base == "php-fpm.conf" {
		return ""
	}
	return base
}

// pool returns the name of the application's pool.
func (r *reading) pool() (name, why string) {
	sections := map[string]bool{}
	for _, e := range r.pools {
		if e.Section != "" && e.Section != "global" {
			sections[e.Section] = true
		}
	}
	names := slices.Sorted(maps.Keys(sections))
	switch {
	case len(names) == 1:
		return names[0], ""
	case sections[r.app]:
		return r.app, ""
	case len(names) == 0:
		return "", "no pool in these files"
	}
	return "", "several pools: name the application like one of them: " + spelling.Abbreviate(strings.Join(names, ", "))
}

func (r *reading) poolEntry(e syntax.KeyValue, rank int) {
	kind, name, ok := strings.Cut(strings.TrimSuffix(e.Key, "]"), "[")
	php, isPHP := phpSettings[name]
	switch {
	case ok && isPHP && kind == "php_admin_value":
		r.poolValue(php, e, len(r.pools)+rankPHPAdmin)
	case ok && isPHP && kind == "php_value":
		r.poolValue(php, e, rankPHPValue)
	default:
		if f, known := poolSettings[e.Key]; known {
			e.Text = strings.ReplaceAll(e.Text, "$pool", e.Section)
			r.poolValue(f, e, rank)
		}
	}
}

// included reports whether another file that an include may mean was read.
func (r *reading) included(include syntax.KeyValue) bool {
	for _, f := range r.poolFiles {
		if ok, _ := path.Match(path.Base(include.Text), path.Base(f.Path)); ok && f != include.At.File {
			return true
		}
	}
	return false
}

// poolAddress writes where a pool listens: a path is a socket.
func poolAddress(s string) string {
	if _, err := strconv.Atoi(s); err != nil && strings.HasPrefix(s, "/") {
		return "unix:" + s
	}
	return s
}
