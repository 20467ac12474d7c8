package host

import (
	"slices"

	"github.com/tunelint/tunelint/limits"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/sysctl"
)

// A ServiceLimit is a limit that nginx's service is started with, and everything
// that has a say in it.
type ServiceLimit struct {
	limits.Resource
	// Service is the unit, "nginx.service"; Unread reports that no file of it was
	// found although systemd starts it.
	Service string
	Unread  bool
	// Value is the limit as written. Where it is not known Doubt says why.
	Value source.Setting[string]
	Doubt string
	// Claims are the assignments in the order in which they count, those of
	// system.conf before those of the unit, the deciding one last.
	Claims []Claim
	// Logins are the lines of limits.conf, which no service reads.
	Logins []Claim
	// Workers is what nginx's workers get, for open files only; WorkersWhy says why
	// it is not known.
	Workers    source.Setting[int64]
	WorkersWhy string
}

// ServiceLimit returns the limit of nginx's service for a resource.
func (h *Host) ServiceLimit(r limits.Resource) ServiceLimit {
	out := ServiceLimit{Resource: r, Service: h.Service}
	u := h.Limits.Unit(h.Service)
	out.Unread = h.HasSystemd() && (u == nil || u.Fragment == nil)
	decides, known := h.Limits.Decider(h.Service, r)
	switch {
	case u != nil && u.Masked:
		out.Doubt = h.Service + " is masked and cannot be started"
	case u != nil && u.Fragment != nil && u.Fragment.Err != nil:
		out.Doubt = "systemd cannot load the unit: " + u.Fragment.Err.Message
	case !known, h.templatedUnit():
		out.Doubt = "a template decides"
	case !h.HasSystemd():
		out.Doubt = "systemd does not start nginx here"
	case decides != nil:
		out.Value = source.Known(decides.Value, source.Origin{Span: decides.Span, Assumed: out.Unread && decides.Section == "Manager"})
	case r.Default() == "":
		out.Doubt = "no file sets it: systemd passes on what the kernel gave it"
	default:
		out.Value = source.Known(r.Default(), source.Origin{Default: "systemd default", Assumed: out.Unread || r.Item == "memlock"})
	}
	out.Claims = h.limitClaims(r, u, decides, known)
	out.Logins = h.loginClaims(r.Item)
	if r.Item == "nofile" && h.Nginx != nil {
		out.Workers, out.WorkersWhy = h.WorkerNoFile()
	}
	return out
}

// limitClaims returns the assignments to a limit in system.conf and the unit.
func (h *Host) limitClaims(r limits.Resource, u *limits.Unit, decides *limits.Assignment, known bool) []Claim {
	files := slices.Clone(h.Limits.SystemConf)
	if u != nil && u.Fragment != nil {
		files = append(files, u.Fragment)
	}
	if u != nil {
		files = append(files, u.DropIns...)
	}
	var out, last []Claim
	for _, f := range files {
		for _, a := range f.Assignments {
			if !r.Names(a) {
				continue
			}
			c := limitClaim(a, decides, known)
			if c.InForce() {
				last = append(last, c)
				continue
			}
			out = append(out, c)
		}
	}
	return append(out, last...)
}

// limitClaim says what becomes of an assignment.
func limitClaim(a, decides *limits.Assignment, known bool) Claim {
	c := Claim{Span: a.Span, Fate: sysctl.Overruled.String()}
	switch {
	case a.Broken != "":
		c.Fate, c.Why = sysctl.Unusable.String(), a.Broken
	case a.Template:
		c.Fate, c.Why = sysctl.Undecided.String(), "template tag"
	case a == decides && known:
		c.Fate = sysctl.InForce.String()
	case decides == nil:
		c.Fate, c.Why = sysctl.Undecided.String(), "what else decides is not known"
	default:
		c.By = decides.Span
	}
	return c
}

// loginClaims returns the lines of limits.conf about an item.
func (h *Host) loginClaims(item string) []Claim {
	var out []Claim
	for _, d := range h.Limits.Documents {
		for _, e := range d.Entries {
			if item == "" || e.Item != item {
				continue
			}
			c := Claim{Span: e.Span, Fate: "logins only"}
			switch {
			case e.Broken != "":
				c.Fate, c.Why = sysctl.Unusable.String(), e.Broken
			case e.Template:
				c.Fate, c.Why = sysctl.Undecided.String(), "template tag"
			}
			out = append(out, c)
		}
	}
	return out
}
