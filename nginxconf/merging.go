package nginxconf

import "strings"

// deciding returns the directives of the scope that count on its own level:
// of those that override each other the last one, and access_log off alone.
func (s *Scope) deciding(name string) []*Directive {
	own := s.Own(name)
	if len(own) < 2 {
		return own
	}
	if name == "access_log" {
		for i, d := range own {
			if d.Arg(0) == "off" {
				return own[i : i+1]
			}
		}
	}
	for _, def := range Lookup(name) {
		if def.Contexts&s.Context != 0 && def.Repeat == RepeatLastWins && !isPartial(name) {
			return own[len(own)-1:]
		}
	}
	return own
}

// addsUp reports whether a file that could not be read may change a value that
// its level decides: nginx does not refuse the directive there a second time.
func addsUp(name string, def *Def) bool {
	if repeats(name) {
		return true
	}
	return def != nil && (def.Repeat == RepeatOr || def.Repeat == RepeatLastWins || def.Repeat == RepeatAppendUnique)
}

// reachesOut reports whether more than the scope's own level counts, where it
// has directives of the name or has none.
func (s *Scope) reachesOut(name string, def *Def, own bool) bool {
	if !inherited(name, def, s) {
		return false
	}
	switch s.inheritSetting(name) {
	case "off":
		return false
	case "merge":
		return true
	}
	return !own || def != nil && def.Inherit == InheritAppend
}

// inheritSetting returns what add_header_inherit and its like, since 1.29.3, say
// in the scope; "" for the directives that have none.
func (s *Scope) inheritSetting(name string) string {
	switch name {
	case "add_header", "add_trailer":
		return strings.ToLower(s.Effective(name + "_inherit").First())
	}
	return ""
}

// inherited reports whether a directive's value passes from the parent of a
// scope into it. A location's handler also serves the requests of an "if"
// within it; only those that pass requests on serve a limit_except.
func inherited(name string, def *Def, at *Scope) bool {
	if def == nil || def.Inherit != InheritNone {
		return true
	}
	switch at.Context {
	case InLocationIf:
		return name != "try_files"
	case InLimitExcept:
		switch name {
		case "proxy_pass", "fastcgi_pass", "uwsgi_pass", "scgi_pass", "grpc_pass", "tunnel_pass":
			return true
		}
	}
	return false
}

// partners returns the directives that fill one slot with another: what an
// inner level says with any of them ends all that outer levels say.
func partners(name string) []string {
	switch name {
	case "root":
		return []string{"alias"}
	case "alias":
		return []string{"root"}
	case "allow":
		return []string{"deny"}
	case "deny":
		return []string{"allow"}
	case "xslt_param":
		return []string{"xslt_string_param"}
	case "xslt_string_param":
		return []string{"xslt_param"}
	}
	if other := rival(name); other != "" {
		return []string{other}
	}
	return nil
}

// rival returns the other of a store and a cache, which exclude each other: one
// that is not off switches off the other's that would be inherited.
func rival(name string) string {
	switch name {
	case "proxy_cache", "fastcgi_cache", "uwsgi_cache", "scgi_cache":
		return strings.TrimSuffix(name, "cache") + "store"
	case "proxy_store", "fastcgi_store", "uwsgi_store", "scgi_store":
		return strings.TrimSuffix(name, "store") + "cache"
	}
	return ""
}

func isRival(name string) bool { return rival(name) != "" }

// ends returns the directive of another name by which the scope ends what outer
// scopes say; nil for none, or where it has a directive of the name itself.
func (s *Scope) ends(name string, partners []string) *Directive {
	for _, partner := range partners {
		d := s.Last(partner)
		switch {
		case d == nil, isRival(name) && d.Arg(0) == "off":
		case isRival(name) || len(s.Own(name)) == 0:
			return d
		}
	}
	return nil
}

// isPartial reports whether the words of a directive are merged one by one.
func isPartial(name string) bool { return name == "keepalive_timeout" || name == "ssl_session_cache" }

// restOf returns the directive of an outer scope that decides what those of the
// value's level leave open.
func (v *Value) restOf() *Directive {
	if !isPartial(v.name) || v.Level.Parent == nil || v.isWhole(v.Directives) {
		return nil
	}
	def := v.Level.definition(v.name)
	if !inherited(v.name, def, v.Level) {
		return nil
	}
	outer := v.Level.Parent.Effective(v.name)
	if v.fillsRest(outer.Directives) {
		return outer.Directive()
	}
	return outer.Rest
}

// isWhole reports whether nothing is left open. A session cache that is shared
// has no built-in part unless it says so; off and none have neither.
func (v *Value) isWhole(list []*Directive) bool {
	return v.fillsRest(list) || v.name == "ssl_session_cache" && !strings.HasPrefix(list[len(list)-1].Arg(0), "builtin")
}

func (v *Value) fillsRest(list []*Directive) bool {
	for _, d := range list {
		if v.name == "keepalive_timeout" {
			return len(d.Args) == 2
		}
		for _, a := range d.Args {
			if strings.HasPrefix(a.Text, "shared:") {
				return true
			}
		}
	}
	return false
}
