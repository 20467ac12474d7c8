package rules

import (
	"fmt"
	"strconv"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

var hashTooSmall = &lint.Rule{
	Name:  "nginx/hash-too-small",
	Title: "names do not fit into the hash that nginx builds of them",
	Why: "nginx builds its tables of names when it starts, within the bounds of the directives that end in _hash_max_size and _hash_bucket_size. " +
		"A name that is longer than a bucket keeps it from starting: with the usual 64 bytes that is one of 47 characters or more. " +
		"Names that cannot be spread over the buckets make it warn and build larger buckets, which take longer to look through.",
	Refs: []string{
		"https://nginx.org/en/docs/hash.html",
		"https://nginx.org/en/docs/http/server_names.html#optimization",
	},
	Severity: lint.Warning,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runHashTooSmall,
}

// bounds are what the hashes of one kind have in common.
type bounds struct {
	name             string
	maxSize, buckets int64
}

func runHashTooSmall(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	var order []bounds
	all := map[bounds]*nginxconf.Hash{} // all tables within the same bounds
	worst := map[bounds]*nginxconf.Hash{}
	for _, h := range p.Host.Nginx.Hashes() {
		b := bounds{h.Name, h.MaxSize, h.BucketSize}
		if all[b] == nil {
			all[b] = &nginxconf.Hash{Name: h.Name, In: h.In, MaxSize: h.MaxSize, BucketSize: h.BucketSize}
			order = append(order, b)
		}
		all[b].Tables = append(all[b].Tables, h.Tables...)
		problem, _ := h.Problem()
		if problem == nginxconf.HashFits {
			continue
		}
		if worst[b] == nil {
			worst[b] = h
		} else if before, _ := worst[b].Problem(); problem > before && !before.Refused() {
			worst[b] = h
		}
	}
	for _, b := range order {
		if worst[b] != nil {
			reportHash(p, worst[b], all[b])
		}
	}
}

func reportHash(p *lint.Pass, h, all *nginxconf.Hash) {
	problem, key := h.Problem()
	maxName, bucketName := h.Name+"_max_size", h.Name+"_bucket_size"
	at, message := boundSpan(h, maxName), ""
	switch problem {
	case nginxconf.HashSlow:
		if hidden := p.Host.Nginx.Hidden(); hidden != nil {
			p.Skip(at, "there may be other names, or other bounds: "+hidden.Why)
			return
		}
		message = fmt.Sprintf("the names cannot be spread over %s %d with %s %d: nginx warns and ignores the latter", maxName, h.MaxSize, bucketName, h.BucketSize)
	case nginxconf.HashBucketTooSmall:
		if key.Directive == nil {
			return // a name of nginx's own, with a bucket it never has
		}
		at = keySpan(key)
		message = fmt.Sprintf("a name of %d characters does not fit into %s %d: nginx does not start", len(key.Name), bucketName, h.BucketSize)
	case nginxconf.HashBucketTooLarge:
		at = boundSpan(h, bucketName)
		message = fmt.Sprintf("%s %d is more than 65472, the most nginx takes: it does not start", bucketName, h.BucketSize)
	default:
		message = fmt.Sprintf("%s %d is too small: nginx does not start", maxName, h.MaxSize)
	}
	r := p.Report(at, "%s", message).Key("%s in %s", h.Name, h.In.Path())
	if problem.Refused() {
		r.Severity(lint.Error)
	}
	if problem == nginxconf.HashSlow {
		seeBound(r, at, h, maxName, h.MaxSize)
	}
	if problem <= nginxconf.HashBucketTooSmall {
		seeBound(r, at, h, bucketName, h.BucketSize)
	}
	suggestBounds(p, r, all)
}

// boundSpan is the directive that sets a bound, else what holds the names.
func boundSpan(h *nginxconf.Hash, name string) source.Span {
	if d := h.In.Effective(name).Directive(); d != nil {
		return d.HeadSpan()
	}
	return h.At.HeadSpan()
}

// seeBound shows where a bound comes from that does not stand at the finding's
// own place; a size of buckets is rounded up.
func seeBound(r *lint.Report, at source.Span, h *nginxconf.Hash, name string, n int64) {
	v := h.In.Effective(name)
	if v.Origin().Span == at {
		return
	}
	if v.Directive() != nil && v.First() != strconv.FormatInt(n, 10) {
		r.SeeOrigin(v.Origin(), "%s is %s, which is %d in whole cache lines", name, v.First(), n)
		return
	}
	r.SeeOrigin(v.Origin(), "%s is %d", name, n)
}

func keySpan(key *nginxconf.HashKey) source.Span {
	if key.Arg < 0 {
		return key.Directive.NameSpan()
	}
	return key.Directive.ArgSpan(key.Arg)
}

// suggestBounds sets the bounds that are enough for all tables they hold for.
func suggestBounds(p *lint.Pass, r *lint.Report, all *nginxconf.Hash) {
	maxSize, bucketSize, ok := all.Enough()
	if !ok {
		return
	}
	var edits []source.Edit
	var added []nginxconf.Statement
	title, and := "set", ""
	for _, b := range []struct {
		name     string
		was, now int64
	}{{all.Name + "_max_size", all.MaxSize, maxSize}, {all.Name + "_bucket_size", all.BucketSize, bucketSize}} {
		if b.was == b.now {
			continue
		}
		title += fmt.Sprintf("%s %s to %d", and, b.name, b.now)
		and = " and"
		number := strconv.FormatInt(b.now, 10)
		switch d := all.In.Effective(b.name).Directive(); {
		case d != nil:
			edits = append(edits, d.SetArg(0, number))
		case all.Name == "map_hash":
			return // it must stand before the first map
		default:
			added = append(added, nginxconf.Statement{Name: b.name, Words: []string{number}})
		}
	}
	r.Suggest(title, append(edits, p.Host.Nginx.HTTP().Insert(added...)...)...)
}
