package verdict

import (
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

// A foreignReader is how a directive of a third-party module reads variables.
type foreignReader struct {
	defines bool // the first argument names the variable that is set
	headers bool // of an argument what follows ":" is compiled
}

// foreignReaders are those of the echo and the headers-more module.
var foreignReaders = map[string]foreignReader{
	"echo": {}, "echo_before_body": {}, "echo_after_body": {},
	"more_set_headers": {headers: true}, "more_set_input_headers": {headers: true},
}

// foreignReaderOf returns how a directive reads variables that is a third-party
// module's alone.
func foreignReaderOf(name string) (foreignReader, bool) {
	rows := nginxconf.Lookup(name)
	if len(rows) != 1 || !rows[0].ThirdParty {
		return foreignReader{}, false
	}
	if rows[0].Module == "ngx_http_set_misc_module" && strings.HasPrefix(rows[0].Kinds, "variable ") {
		return foreignReader{defines: true}, true
	}
	r, ok := foreignReaders[name]
	return r, ok
}

// foreignScripts compiles the arguments of a directive of a third-party module.
func (j *judge) foreignScripts(d *nginxconf.Directive, at place) []Verdict {
	r, ok := foreignReaderOf(d.Name)
	if !ok {
		return nil
	}
	s := statement{Directive: d, place: at, judge: j}
	first := 0
	if r.defines {
		first = 1
		s.defines(0)
	}
	for i := first; i < len(d.Args); i++ {
		text := d.Args[i].Text
		if r.headers {
			if text == "-s" || text == "-t" {
				i++
				continue
			}
			_, text, _ = strings.Cut(text, ":")
		}
		s.script(i, text)
	}
	return s.out
}
