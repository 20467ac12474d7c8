package report

import (
	"strings"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/sysctl"
)

// EffectiveKey shows what is in force for a key of the kernel, by host.
type EffectiveKey struct {
	Key   string
	Hosts []EffectiveKeyHost
}

// An EffectiveKeyHost is one host with what is in force there.
type EffectiveKeyHost struct {
	Host *host.Host
	host.KernelSetting
}

func (e EffectiveKey) text(p *page) {
	for i, h := range e.Hosts {
		if i > 0 {
			p.printf("\n")
		}
		p.headLine(h.Host, e.Key, "kernel")
		if h.Absent != "" {
			p.printf("note: %s\n", p.visible(h.Absent))
		}
		p.printf("\n")
		p.kernelValue(h.KernelSetting)
		p.claims("lines", h.Claims)
		p.claims("not read", h.Apart)
		if h.ByHand.Known {
			p.fact("by hand", "sysctl --system leaves "+p.orEmpty(h.ByHand.Value)+" behind ("+p.origin(h.ByHand.Origin)+")")
		}
		p.liveValue(h)
		p.defaultValue(h.KernelSetting)
		p.aboutKey(h.About)
	}
}

// kernelValue prints the value after boot and what decides it.
func (p *page) kernelValue(s host.KernelSetting) {
	switch {
	case !s.Value.Known:
		p.notKnown(s.Doubt.Why)
		if s.Doubt.Span.IsValid() {
			p.fact("at", p.place(s.Doubt.Span))
		}
	case s.Value.Origin.Span.IsValid():
		p.printf("%s\n", p.paint(strongStyle, p.brief(s.Key+" = "+s.Value.Value)))
		p.fact("set", p.place(s.Value.Origin.Span))
	default:
		p.printf("%s  (%s)\n", p.paint(strongStyle, p.orEmpty(s.Value.Value)), p.origin(s.Value.Origin))
	}
}

// liveValue prints what the running kernel holds.
func (p *page) liveValue(h EffectiveKeyHost) {
	running := p.orEmpty(h.Live.Value) + " in the running kernel"
	switch {
	case !h.Host.Live:
	case !h.Live.Known:
		p.fact("live", "the running kernel does not have the key, or does not let you read it")
	case h.Loaded():
		p.fact("live", running)
	case h.Value.Origin.IsDefault():
		p.fact("live", running+": no file says so")
	case h.Written():
		p.fact("live", running+": written, not loaded")
	default:
		p.fact("live", running+": not loaded, or set by something else since")
	}
}

// defaultValue prints what the kernel starts with, and who changes that.
func (p *page) defaultValue(s host.KernelSetting) {
	switch {
	case s.Default.Known && s.Value.Known && s.Value.Origin.IsDefault():
	case s.Default.Known:
		p.fact("default", p.orEmpty(s.Default.Value)+" ("+s.Default.Origin.Default+")")
	case s.About != nil && s.About.Default != "" && !strings.Contains(s.About.Name, ".*."):
		p.fact("default", unbracketed(s.About.Default))
	}
	if s.About != nil && s.About.Overrides != "" {
		p.fact("elsewhere", s.About.Overrides)
	}
}

// unbracketed takes away parentheses around a whole text.
func unbracketed(s string) string {
	inner, ok := strings.CutPrefix(s, "(")
	inner, ok2 := strings.CutSuffix(inner, ")")
	if !ok || !ok2 || strings.ContainsAny(inner, "()") {
		return s
	}
	return inner
}

// aboutKey prints what the key takes, and what to mind.
func (p *page) aboutKey(k *sysctl.Key) {
	if k == nil {
		p.fact("note", "a key that is not known here: any value is taken for accepted")
		return
	}
	p.fact("takes", taken(k))
	if k.Constraint != "" && k.Constraint != "none" {
		p.fact("agrees", k.Constraint)
	}
	if k.Danger != "" {
		p.fact("beware", k.Danger)
	}
	if !p.Verbose {
		return
	}
	for _, line := range [][2]string{{"since", k.Since}, {"netns", k.Netns}, {"container", k.Container}, {"read in", k.Source}} {
		if line[1] != "" {
			p.fact(line[0], line[1])
		}
	}
}

// taken says what a key accepts: "one number, 0 to 65535, counting seconds".
func taken(k *sysctl.Key) string {
	kinds := map[string]string{
		"int": "one number", "bool": "a switch", "string": "a text", "range": "two numbers, low and high",
		"triple": "three numbers", "list": "a list", "bitmap": "a mask",
	}
	text := kinds[k.Type]
	if text == "" {
		text = k.Type
	}
	low, high := k.Min != "" && k.Min != "none", k.Max != "" && k.Max != "none"
	switch {
	case low && high:
		text += ", " + k.Min + " to " + k.Max
	case low:
		text += ", from " + k.Min
	case high:
		text += ", up to " + k.Max
	}
	if k.Unit != "" {
		text += " (" + k.Unit + ")"
	}
	if k.Access != "" {
		text += "; " + k.Access
	}
	return text
}

// orEmpty names the value that is no text.
func (p *page) orEmpty(value string) string {
	if value == "" {
		return "the empty text"
	}
	return p.brief(value)
}
