package appconf

import (
	"maps"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"

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
	"listen.backlog":            {name: "listen_backlog", read: readPositive},
	"pm.max_children":           {name: "workers", read: readPositive},
	"pm.max_requests":           {name: "max_requests_per_worker", read: readPlain},
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
	v, ok := readPlain(s)
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
	v, ok := readPositive(s)
	return v << shift, ok && v <= math.MaxInt64>>shift
}

// iniEntries returns the entries of a file in PHP's ini syntax, and of each the
// section it stands in.
func iniEntries(f *source.File) []keyValue {
	var out []keyValue
	section := ""
	for n := 1; n <= f.Lines(); n++ {
		line := f.Line(n)
		text := strings.TrimSpace(line.Text())
		line.Start += strings.Index(line.Text(), text)
		if strings.HasPrefix(text, "[") {
			section, _, _ = strings.Cut(text[1:], "]")
			continue
		}
		key, value, ok := strings.Cut(text, "=")
		if !ok || strings.HasPrefix(text, ";") || strings.HasPrefix(text, "#") {
			continue
		}
		value, length := iniValue(value)
		line.End = line.Start + len(key) + len("=") + length
		out = append(out, keyValue{section, strings.TrimSpace(key), value, line})
	}
	return out
}

// iniValue returns a value without quotes and comment, and the bytes it takes
// with quotes and the blanks before it.
func iniValue(s string) (value string, length int) {
	start := len(s) - len(strings.TrimLeft(s, " \t"))
	rest := s[start:]
	if rest != "" && (rest[0] == '"' || rest[0] == '\'') {
		if end := strings.IndexByte(rest[1:], rest[0]); end >= 0 {
			return rest[1 : 1+end], start + end + 2
		}
	}
	rest, _, _ = strings.Cut(rest, ";")
	rest = strings.TrimSpace(rest)
	return rest, start + len(rest)
}

// collectPool keeps what php-fpm.conf and the files of its pools say; which pool
// is the application is decided when all were read.
func collectPool(r *reading, f *source.File) {
	r.poolFiles = append(r.poolFiles, f)
	r.pools = append(r.pools, iniEntries(f)...)
}

// readPHPIni reads php.ini and the files of conf.d.
func readPHPIni(r *reading, f *source.File) {
	rank := rankPHPScan
	if strings.HasPrefix(path.Base(f.Path), "php.ini") {
		rank = rankPHPIni
	}
	for _, e := range iniEntries(f) {
		known, isSetting := phpSettings[e.key]
		if isSetting && !strings.HasPrefix(strings.ToUpper(e.section), "PATH=") && !strings.HasPrefix(strings.ToUpper(e.section), "HOST=") {
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
	if v, ok := readPlain(strings.TrimPrefix(s, "-")); ok && strings.HasPrefix(s, "-") && v > 0 {
		return 0, true
	}
	v, ok := readPlain(s)
	return v * 1e9, ok && v <= int64(Infinite)/1e9
}

// poolValue declares one entry.
func (r *reading) poolValue(f flag, e keyValue, rank int) {
	text, why := r.fillIn(e.text)
	r.declared = append(r.declared, optionValue(&f, word{text: text, why: why}, e.at, rank))
}

// finishPools reads the pool that is the application: the only one, or the one of
// its name. php-fpm reads the files of a directory in the order of their names,
// and the last value of a directive counts.
func (r *reading) finishPools() {
	if len(r.pools) == 0 {
		return
	}
	slices.SortStableFunc(r.pools, func(a, b keyValue) int {
		return strings.Compare(poolOrder(a), poolOrder(b))
	})
	pool, why := r.pool()
	if why != "" {
		r.giveUp(source.Span{File: r.pools[0].at.File}, why)
	}
	for i, e := range r.pools {
		switch {
		case e.key == "include" && !r.included(e):
			r.giveUp(e.at, "the files that it includes are not among the application's files")
		case e.section == "global" && e.key == "process_control_timeout":
			r.poolValue(flag{name: "shutdown_timeout", read: readPoolTime}, e, i+1)
		case pool != "" && e.section == pool:
			r.poolEntry(e, i+1)
		}
	}
	if d := r.pick("listen"); d.at.IsValid() && d.why == "" {
		r.listens(poolAddress(d.text))
	}
}

// poolOrder sorts php-fpm.conf, which includes the others, first.
func poolOrder(e keyValue) string {
	base := path.Base(e.at.File.Path)
	if base == "php-fpm.conf" {
		return ""
	}
	return base
}

// pool returns the name of the application's pool.
func (r *reading) pool() (name, why string) {
	sections := map[string]bool{}
	for _, e := range r.pools {
		if e.section != "" && e.section != "global" {
			sections[e.section] = true
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

func (r *reading) poolEntry(e keyValue, rank int) {
	kind, name, ok := strings.Cut(strings.TrimSuffix(e.key, "]"), "[")
	php, isPHP := phpSettings[name]
	switch {
	case ok && isPHP && kind == "php_admin_value":
		r.poolValue(php, e, len(r.pools)+rankPHPAdmin)
	case ok && isPHP && kind == "php_value":
		r.poolValue(php, e, rankPHPValue)
	default:
		if f, known := poolSettings[e.key]; known {
			e.text = strings.ReplaceAll(e.text, "$pool", e.section)
			r.poolValue(f, e, rank)
		}
	}
}

// included reports whether another file that an include may mean was read.
func (r *reading) included(include keyValue) bool {
	for _, f := range r.poolFiles {
		if ok, _ := path.Match(path.Base(include.text), path.Base(f.Path)); ok && f != include.at.File {
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
