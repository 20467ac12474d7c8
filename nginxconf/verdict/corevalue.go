package verdict

import (
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

var coreSetters = []setter{
	{"root|alias", anyHTTP, checkRoot},
	{"expires", anyHTTP, checkExpires},
	{"dav_access|proxy_store_access|fastcgi_store_access|scgi_store_access|uwsgi_store_access", anyHTTP, checkStoreAccess},
	{"disable_symlinks", anyHTTP, checkSymlinks},
	{"gzip_disable", anyHTTP, checkGzipDisable},
	{"index", anyHTTP, checkIndex},
	{"mirror", anyHTTP, checkMirror},
}

// checkRoot is ngx_http_core_root. Both directives fill one slot.
func checkRoot(s *statement) {
	if other := s.rootBefore(); other != nil {
		s.refuseAs(DuplicateDirective, -1, `"%s" directive is duplicate, "%s" directive was specified earlier`, s.Name, other.Name)
		s.out[len(s.out)-1].Earlier = other
		return
	}
	if s.Name == "alias" && s.inNamed() {
		s.refuseAs(MisplacedDirective, -1, `the "alias" directive cannot be used inside the named location`)
		return
	}
	for _, name := range []string{"document_root", "realpath_root"} {
		if strings.Contains(s.Arg(0), "$"+name) || strings.Contains(s.Arg(0), "${"+name+"}") {
			s.refuse(0, `the $%s variable cannot be used in the "%s" directive`, name, s.Name)
			return
		}
	}
}

// rootBefore returns the other one of root and alias where it stands before
// the directive in the same scope.
func (s *statement) rootBefore() *nginxconf.Directive {
	other := "root"
	if s.Name == "root" {
		other = "alias"
	}
	if s.context != nginxconf.InLocation || len(s.scope.Own(other)) == 0 {
		return nil
	}
	for _, d := range s.scope.Items() {
		switch {
		case d == s.Directive:
			return nil
		case d.Name == other && len(d.Args) == 1 && d.Block == nil && isKnown(d):
			return d
		}
	}
	return nil
}

// inNamed reports whether the directive stands in a named location.
func (s *statement) inNamed() bool {
	if s.scope.Directive == nil || s.scope.Directive.Name != "location" {
		return false
	}
	kind, _, _ := readLocation(s.scope.Directive)
	return kind == namedLocation
}

// checkExpires is ngx_http_headers_expires.
func checkExpires(s *statement) {
	modified := len(s.Args) == 2
	if modified && s.Arg(0) != "modified" {
		s.refuse(0, `"expires" directive invalid value`)
		return
	}
	arg := len(s.Args) - 1
	word := s.Arg(arg)
	switch {
	case strings.Contains(word, "$"), isPlaceholder(word), strings.Contains(word, "\x00"):
		return
	case !modified && (word == "epoch" || word == "max" || word == "off"):
		return
	}
	daily := strings.HasPrefix(word, "@")
	if daily && modified {
		s.refuse(arg, `"expires" directive daily time cannot be used with "modified" parameter`)
		return
	}
	if word != "" && strings.ContainsRune("@+-", rune(word[0])) {
		word = word[1:]
	}
	time, ok := nginxconf.ParseTime(word, true)
	switch {
	case !nginxconf.ReadsTime(word, true):
		s.refuse(arg, `"expires" directive invalid value`)
	case daily && (!ok || time.Hours() > 24):
		s.refuse(arg, `"expires" directive daily time value must be less than 24 hours`)
	}
}

// checkStoreAccess is ngx_conf_set_access_slot: "user:rw", "group:r", "all:r".
func checkStoreAccess(s *statement) {
	for i, a := range s.Args {
		who, right, _ := strings.Cut(a.Text, ":")
		known := who == "user" || who == "group" || who == "all"
		if !known || right != "rw" && right != "r" {
			if !isPlaceholder(a.Text) {
				s.refuse(i, `invalid value "%s"`, a.Text)
			}
			return
		}
	}
}

// checkSymlinks looks at how "from=" and the other words go together; unknown
// words are refused before.
func checkSymlinks(s *statement) {
	switches, from := 0, 0
	off := false
	for _, a := range s.Args {
		switch {
		case strings.HasPrefix(a.Text, "from="):
			from++
		case a.Text == "on", a.Text == "off", a.Text == "if_not_owner":
			switches, off = switches+1, a.Text == "off"
		default:
			return
		}
	}
	switch {
	case switches == 0:
		s.refuse(-1, `"disable_symlinks" must have "off", "on" or "if_not_owner" parameter`)
	case len(s.Args) == 2 && from == 0:
		s.refuse(1, `duplicate parameters "%s %s"`, s.Arg(0), s.Arg(1))
	case off && from > 0:
		s.refuse(-1, `"from=" cannot be used with "off" parameter`)
	}
}

func checkGzipDisable(s *statement) {
	for i, a := range s.Args {
		if a.Text != "msie6" && a.Text != "degradation" && !s.checkRegex(i, a.Text) {
			return
		}
	}
}

func checkIndex(s *statement) {
	for i, a := range s.Args {
		if a.Text == "" {
			s.refuse(i, `index "%s" in "index" directive is invalid`, s.Arg(0))
			return
		}
	}
}

// checkMirror finds "off" beside other mirrors of the scope.
func checkMirror(s *statement) {
	own := s.scope.Own("mirror")
	if len(own) < 2 || own[0] == s.Directive || !isKnown(own[0]) || len(own[0].Args) != 1 {
		return
	}
	if s.Arg(0) == "off" || own[0].Arg(0) == "off" {
		s.refuseAs(DuplicateDirective, -1, `"mirror" directive is duplicate`)
		s.out[len(s.out)-1].Earlier = own[0]
	}
}
