package report

import (
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/sysctl"
)

// What "show effective" says of a key of the kernel and of a limit.
type (
	jsonSetting struct {
		Key     string       `json:"key"`
		Value   jsonDecided  `json:"value"`
		Lines   []jsonClaim  `json:"lines"`
		Unread  []jsonClaim  `json:"unread"`
		ByHand  *jsonDecided `json:"by_hand,omitempty"` // what "sysctl --system" leaves, where it differs
		Live    *jsonLive    `json:"live,omitempty"`
		Default jsonDecided  `json:"default"`
		Absent  string       `json:"absent,omitempty"` // why the kernel does not have or use the key
		About   *jsonKey     `json:"about,omitempty"`
	}
	jsonLimit struct {
		Key     string       `json:"key"`
		Item    string       `json:"item,omitempty"`
		Service string       `json:"service"`
		NoUnit  bool         `json:"no_unit"` // the files do not hold the unit
		Value   jsonDecided  `json:"value"`
		Lines   []jsonClaim  `json:"lines"`
		Logins  []jsonClaim  `json:"logins"`
		Workers *jsonWorkers `json:"workers,omitempty"`
	}
	// A jsonDecided is a value with the place or the default that decides it.
	jsonDecided struct {
		Known   bool       `json:"known"`
		Value   string     `json:"value,omitempty"`
		Why     string     `json:"why,omitempty"` // it is not known
		Place   *jsonPlace `json:"place,omitempty"`
		Default string     `json:"default,omitempty"`
		Assumed bool       `json:"assumed,omitempty"`
	}
	jsonClaim struct {
		jsonPlace
		Fate string     `json:"fate"`
		By   *jsonPlace `json:"by,omitempty"`
		Why  string     `json:"why,omitempty"`
	}
	jsonLive struct {
		Known  bool   `json:"known"`
		Value  string `json:"value,omitempty"`
		Loaded bool   `json:"loaded"` // it is what the files say, as far as can be told
	}
	jsonWorkers struct {
		Known   bool       `json:"known"`
		NoFile  int64      `json:"nofile,omitempty"`
		Why     string     `json:"why,omitempty"`
		Place   *jsonPlace `json:"place,omitempty"`
		Default string     `json:"default,omitempty"`
	}
	// A jsonKey is a row of the table of keys, in its notation.
	jsonKey struct {
		Name       string `json:"name"`
		Type       string `json:"type"`
		Unit       string `json:"unit,omitempty"`
		Min        string `json:"min,omitempty"`
		Max        string `json:"max,omitempty"`
		Default    string `json:"default,omitempty"`
		Since      string `json:"since,omitempty"`
		Removed    string `json:"removed,omitempty"`
		NoEffect   string `json:"no_effect,omitempty"`
		Access     string `json:"access,omitempty"`
		Netns      string `json:"netns,omitempty"`
		Container  string `json:"container,omitempty"`
		Danger     string `json:"danger,omitempty"`
		Constraint string `json:"constraint,omitempty"`
		Overrides  string `json:"overrides,omitempty"`
	}
)

func (e EffectiveKey) document(o Options) jsonPicture {
	out := o.newPicture("effective")
	out.Key = e.Key
	for _, h := range e.Hosts {
		shown := shownHost(h.Host)
		shown.Setting = o.jsonSetting(h)
		out.Hosts = append(out.Hosts, shown)
	}
	return out
}

func (o Options) jsonSetting(h EffectiveKeyHost) *jsonSetting {
	out := &jsonSetting{
		Key: h.Key, Value: o.jsonDecided(h.Value, h.Doubt.Why), Lines: o.jsonClaims(h.Claims), Unread: o.jsonClaims(h.Apart),
		Default: o.jsonDecided(h.Default, ""), Absent: h.Absent, About: jsonKeyOf(h.About),
	}
	if h.ByHand.Known {
		byHand := o.jsonDecided(h.ByHand, "")
		out.ByHand = &byHand
	}
	if h.Host.Live {
		out.Live = &jsonLive{h.Live.Known, h.Live.Value, h.Loaded()}
	}
	return out
}

func (e EffectiveLimit) document(o Options) jsonPicture {
	out := o.newPicture("effective")
	out.Limit = e.Name
	for _, h := range e.Hosts {
		shown := shownHost(h.Host)
		shown.Limit = &jsonLimit{
			Key: h.Key, Item: h.Item, Service: h.Service, NoUnit: h.Unread, Value: o.jsonDecided(h.Value, h.Doubt),
			Lines: o.jsonClaims(h.Claims), Logins: o.jsonClaims(h.Logins),
		}
		if h.Item == "nofile" && h.Host.Nginx != nil {
			w := &jsonWorkers{Known: h.Workers.Known, NoFile: h.Workers.Value, Why: h.WorkersWhy, Default: h.Workers.Origin.Default}
			w.Place = o.linePlace(h.Workers.Origin.Span)
			shown.Limit.Workers = w
		}
		out.Hosts = append(out.Hosts, shown)
	}
	return out
}

func (o Options) jsonDecided(s source.Setting[string], why string) jsonDecided {
	return jsonDecided{s.Known, s.Value, why, o.linePlace(s.Origin.Span), s.Origin.Default, s.Origin.Assumed}
}

func (o Options) jsonClaims(list []host.Claim) []jsonClaim {
	out := []jsonClaim{}
	for _, c := range list {
		out = append(out, jsonClaim{*o.linePlace(c.Span), c.Fate, o.linePlace(c.By), c.Why})
	}
	return out
}

// linePlace returns the place of a line, its text shortened; nil for no place.
func (o Options) linePlace(s source.Span) *jsonPlace {
	if !s.IsValid() {
		return nil
	}
	s = clamped(s)
	return &jsonPlace{o.brief(s.Text()), o.path(s.File.Path), s.Position(), s.File.Position(s.End)}
}

func jsonKeyOf(k *sysctl.Key) *jsonKey {
	if k == nil {
		return nil
	}
	return &jsonKey{
		k.Name, k.Type, k.Unit, k.Min, k.Max, k.Default, k.Since, k.Removed, k.NoEffect, k.Access, k.Netns,
		k.Container, k.Danger, k.Constraint, k.Overrides,
	}
}
