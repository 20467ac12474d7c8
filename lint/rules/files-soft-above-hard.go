package rules

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/limits"
	"github.com/tunelint/tunelint/lint"
)

var softAboveHard = &lint.Rule{
	Name:  "files/soft-above-hard",
	Title: "a soft limit is above the hard one",
	Why: "The kernel takes no soft limit above the hard one. systemd then ignores the whole line and Docker does not start the container; " +
		"pam_limits lowers the soft limit to the hard one without a word.",
	Refs: []string{
		"https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#Process%20Properties",
		"https://man7.org/linux/man-pages/man5/limits.conf.5.html",
		"https://docs.docker.com/reference/cli/docker/container/run/#ulimit",
	},
	Severity: lint.Error,
	Apply:    []lint.Command{lint.ReloadUnits(), lint.RestartUnit("SERVICE")},
	Run:      runSoftAboveHard,
}

func runSoftAboveHard(p *lint.Pass) {
	seen := map[*limits.Assignment]bool{}
	for _, u := range p.Host.OwnUnits() {
		for _, f := range u.Files() {
			for _, a := range f.Assignments {
				if r, ok := a.SoftAboveHard(); ok && !seen[a] {
					seen[a] = true
					reportSwapped(p, u, a, r)
				}
			}
		}
	}
	for _, pair := range p.Host.LoginPairs() {
		reportLowered(p, pair)
	}
	for _, c := range p.Host.ContainerLimits() {
		if c.Soft.Value > c.Hard.Value {
			r := p.Report(c.Soft.Origin.Span, "the container of %s does not start: the soft limit nofile is %d, the hard one %d", c.Name, c.Soft.Value, c.Hard.Value)
			if r.Key("container of %s", c.Name).Apply(lint.Tell("start the container of " + c.Name)); c.Hard.Origin.Span != c.Soft.Origin.Span {
				r.See(c.Hard.Origin.Span, "the hard limit is %d", c.Hard.Value)
			}
		}
	}
}

// reportSwapped is about a line that systemd drops. That both numbers were
// written in the wrong order is the one reading that keeps them.
func reportSwapped(p *lint.Pass, u *limits.Unit, a *limits.Assignment, r limits.Range) {
	f := p.Report(a.Span, "systemd ignores %s of %s: the soft limit %s is above the hard one, %s",
		a.Key, u.Name, limitWord(r.Soft), limitWord(r.Hard)).Key("%s of %s", a.Key, u.Name).Apply(lint.ReloadUnits(), lint.RestartUnit(u.Name))
	if winner := u.Last("Service", a.Key); winner != nil && u.After(winner, a) {
		f.Severity(lint.Info).See(winner.Span, "a later line sets %s to %s", a.Key, winner.Value)
	} else if started := p.Host.Limits.ServiceNoFile(u.Name); a.Key == "LimitNOFILE" && started.Known {
		f.SeeOrigin(started.Origin, "%s starts with nofile %s", u.Name, started.Value)
	}
	soft, hard, _ := strings.Cut(a.Value, ":")
	if swapped := hard + ":" + soft; !p.Host.IsVendor(a.Span.File) {
		f.Suggest(fmt.Sprintf("write %s=%s", a.Key, swapped), a.SetValue(swapped))
	}
}

// reportLowered is about a soft limit that sessions do not get. What they get
// today is what the fix writes.
func reportLowered(p *lint.Pass, pair host.LoginPair) {
	soft, _, _ := pair.Soft.Number()
	hard, _, _ := pair.Hard.Number()
	if soft == limits.Infinity || soft <= hard {
		return
	}
	r := p.Report(pair.Soft.Span, "the soft limit %s of %s is %d, sessions get the hard one, %d", pair.Soft.Item, pair.Who, soft, hard)
	r.Severity(lint.Warning).Key("%s of %s", pair.Soft.Item, pair.Who).See(pair.Hard.Span, "the hard limit is %d", hard).
		Apply(lint.Nothing("sessions have that limit already"))
	if pair.Alone {
		word := strconv.FormatUint(hard, 10)
		r.Suggest("set the soft limit to "+word, pair.Soft.SetValue(word))
	}
}

func limitWord(n uint64) string { return limits.Range{Soft: n, Hard: n}.String() }
