package report

import (
	"strconv"

	"github.com/tunelint/tunelint/host"
)

// EffectiveLimit shows what nginx's service may have of a resource, by host.
type EffectiveLimit struct {
	// Name is how the user calls the limit: "nofile", "LimitNOFILE".
	Name  string
	Hosts []EffectiveLimitHost
}

// An EffectiveLimitHost is one host with what is in force there.
type EffectiveLimitHost struct {
	Host *host.Host
	host.ServiceLimit
}

func (e EffectiveLimit) text(p *page) {
	for i, h := range e.Hosts {
		if i > 0 {
			p.printf("\n")
		}
		p.headLine(h.Host, h.Key+" of "+h.Service)
		if h.Unread {
			p.printf("note: the files hold no %s; a unit may say something else\n", p.visible(h.Service))
		}
		p.printf("\n")
		p.limitValue(h.ServiceLimit)
		p.claims("lines", h.Claims)
		if h.Item == "nofile" && h.Host.Nginx != nil {
			p.workersLimit(h.ServiceLimit)
		}
		p.claims("logins", h.Logins)
	}
}

// limitValue prints the limit that systemd gives and what decides it.
func (p *page) limitValue(l host.ServiceLimit) {
	switch {
	case !l.Value.Known:
		p.notKnown(l.Doubt)
	case l.Value.Origin.Span.IsValid():
		p.printf("%s\n", p.paint(strongStyle, p.brief(l.Key+"="+l.Value.Value)))
		p.fact("set", p.origin(l.Value.Origin))
	default:
		p.printf("%s  (%s)\n", p.paint(strongStyle, l.Value.Value), p.origin(l.Value.Origin))
	}
}

// workersLimit prints how many files nginx's workers may open.
func (p *page) workersLimit(l host.ServiceLimit) {
	if !l.Workers.Known {
		p.fact("workers", "not known: "+p.brief(l.WorkersWhy))
		return
	}
	p.fact("workers", strconv.FormatInt(l.Workers.Value, 10)+" ("+p.origin(l.Workers.Origin)+")")
}
