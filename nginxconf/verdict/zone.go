package verdict

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

// A zoneUse is a directive that names a shared memory zone; size is 0 where
// another one has to define it, and unreadable where it does, but wrongly.
type zoneUse struct {
	name, user string // the user is nginx's tag: what the zone is for
	size       int64
	directive  *nginxconf.Directive
	scope      *nginxconf.Scope
	arg        int
}

const unreadable = -1

// A zoneBook is what nginx knows of the zones while it reads.
type zoneBook struct {
	judge *judge
	zones map[string]*zone
	order []*zone
	out   []Verdict
}

type zone struct {
	zoneUse          // the first
	size    int64    // as declared first
	bound   *zoneUse // what gave it a meaning
	doubted bool     // a template may decide
}

// zoneVerdicts are about zones that are declared twice, in different ways or
// not at all.
func zoneVerdicts(j *judge) []Verdict {
	if !j.config.Has(slices.Collect(maps.Keys(zoneReaders))...) {
		return nil
	}
	b := zoneBook{judge: j, zones: map[string]*zone{}}
	inReadingOrder(j.config.Root, b.read)
	complete := j.seesAll()
	for _, z := range b.order {
		switch {
		case z.doubted:
		case z.size == 0 && complete:
			b.undefined(z)
		case z.size >= 2*pageSize && z.size < 3*pageSize:
			b.exhausted(z)
		}
	}
	return b.out
}

func (b *zoneBook) read(s *nginxconf.Scope, d *nginxconf.Directive) {
	read := zoneReaders[d.Name]
	if read == nil || len(d.Args) == 0 || d.Name == "zone" && s.Context&(nginxconf.InUpstream|nginxconf.InStreamUpstream) == 0 {
		return
	}
	read(zoneUse{directive: d, scope: s}, b.declare)
}

// declare is what ngx_shared_memory_add does, and its callers after it.
func (b *zoneBook) declare(u zoneUse) {
	if s := u.directive; isPlaceholder(s.Args[u.arg].Text) || hasTag(s.Args[u.arg].Text) || strings.Contains(s.Args[u.arg].Text, "\x00") {
		return
	}
	if u.scope.Enclosing(nginxconf.InStream) != nil {
		u.user = "stream " + u.user
	} else if u.scope.Enclosing(nginxconf.InMail) != nil {
		u.user = "mail " + u.user
	}
	z := b.zones[u.name]
	if z == nil {
		z = &zone{zoneUse: u, size: u.size}
		b.zones[u.name] = z
		b.order = append(b.order, z)
	} else if !b.agrees(z, &u) {
		return
	}
	z.doubted = z.doubted || !u.directive.Certain()
	if z.size == 0 {
		z.size = u.size
	}
	if z.bound == nil && u.size != 0 {
		z.bound = &u
	}
}

// agrees reports whether a zone may be named once more in this way.
func (b *zoneBook) agrees(z *zone, u *zoneUse) bool {
	switch {
	case z.doubted || !u.directive.Certain():
	case z.user != u.user:
		b.refuse(InvalidValue, u, fmt.Sprintf(`the shared memory zone "%s" is already declared for a different use`, u.name))
		return false
	case u.size > 0 && z.size > 0 && u.size != z.size:
		b.refuse(InvalidValue, u, fmt.Sprintf(`the size %d of shared memory zone "%s" conflicts with already declared size %d`, u.size, u.name, z.size))
		return false
	case z.bound == nil || u.size == 0:
	case strings.HasSuffix(u.directive.Name, "_cache_path"):
		b.refuse(DuplicateDirective, u, fmt.Sprintf(`duplicate zone "%s"`, u.name))
	case strings.HasSuffix(u.directive.Name, "_zone"):
		b.refuse(DuplicateDirective, u, fmt.Sprintf(`%s "%s" is already bound to key "%s"`, u.directive.Name, u.name, z.bound.directive.Arg(0)))
	case u.directive.Name == "lua_shared_dict":
		b.refuse(DuplicateDirective, u, fmt.Sprintf(`lua_shared_dict "%s" is already defined as "%s"`, u.name, u.name))
	}
	return true
}

func (b *zoneBook) refuse(kind Kind, u *zoneUse, message string) {
	b.out = append(b.out, Verdict{
		Kind: kind, Directive: u.directive, Context: u.scope.Context, Scope: u.scope, Arg: u.arg, Message: message,
	})
}

// undefined is about a zone without a size. Caches are missed by the servers
// that use them, at the end of http; all others when everything is read.
func (b *zoneBook) undefined(z *zone) {
	v := Verdict{
		Kind: UndefinedReference, Directive: z.directive, Context: z.scope.Context, Scope: z.scope, Arg: z.arg, Late: true,
		Message: fmt.Sprintf(`zero size shared memory zone "%s"`, z.name),
	}
	if http := z.scope.Enclosing(nginxconf.InHTTP); strings.HasSuffix(z.user, "_cache") && http != nil && cachedSomewhere(z.scope, z.directive) {
		v.Late, v.Noticed = false, http.Directive.Block.CloseSpan()
		v.Message = fmt.Sprintf(`"%s" zone "%s" is unknown`, z.directive.Name, z.name)
	}
	b.out = append(b.out, v)
}

// exhausted is about a zone of two pages, which caches and dictionaries may be
// given and then find no room in.
func (b *zoneBook) exhausted(z *zone) {
	b.refuse(InvalidValue, &z.zoneUse, "ngx_slab_alloc() failed: no memory")
	b.out[len(b.out)-1].Late = true
}

// cachedSomewhere reports whether a server or location has the cache: in http
// it may be that none does.
func cachedSomewhere(s *nginxconf.Scope, d *nginxconf.Directive) bool {
	if s.Context&nginxconf.InHTTP == 0 {
		return true
	}
	store := strings.TrimSuffix(d.Name, "cache") + "store"
	for _, server := range s.Children {
		if server.Context&nginxconf.InServer != 0 && server.Last(d.Name) == nil && server.Last(store) == nil {
			return true
		}
	}
	return false
}
