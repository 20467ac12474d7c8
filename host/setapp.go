package host

import (
	"path"
	"strings"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/source"
)

// appValue names one value of one setting of an application.
type appValue struct {
	app   *appconf.App
	name  string
	value int64
}

// LowerApp returns the edit that lowers a setting of an application, by its key in
// tunelint.yaml, to most or to what its notation has next below, and that value. It
// returns no edit where no file of the application has the setting as a number
// written out, or something else would change with it.
func (h *Host) LowerApp(a *appconf.App, name string, most int64) (value int64, edits []source.Edit) {
	l, ok := a.LiteralOf(name)
	if !ok || most <= 0 {
		return 0, nil
	}
	value = most - most%l.Step
	return value, h.setApp(a, name, l, value)
}

// RaiseApp is [Host.LowerApp] the other way: to least, or what comes next above.
func (h *Host) RaiseApp(a *appconf.App, name string, least int64) (value int64, edits []source.Edit) {
	l, ok := a.LiteralOf(name)
	if !ok || least <= 0 {
		return 0, nil
	}
	value = (least + l.Step - 1) / l.Step * l.Step
	return value, h.setApp(a, name, l, value)
}

// setApp returns the edit if the applications, read again with it, differ in
// nothing else.
func (h *Host) setApp(a *appconf.App, name string, l appconf.Literal, value int64) []source.Edit {
	edit, ok := l.Set(value)
	if !ok || h.readApps == nil {
		return nil
	}
	h.rewriting.Lock()
	defer h.rewriting.Unlock()
	key := appValue{a, name, value}
	fits, tried := h.rewritten[key]
	if !tried {
		text := source.Apply(l.Span.File, []source.Edit{edit})
		after, err := h.readApps(h.View.Store().With(map[*source.File]string{l.Span.File: text}))
		fits = err == nil && appconf.OnlyDiffers(h.Apps, after, a, name, value)
		if h.rewritten == nil {
			h.rewritten = map[appValue]bool{}
		}
		h.rewritten[key] = fits
	}
	if !fits {
		return nil
	}
	return []source.Edit{edit}
}

// RestartApp returns the commands that make an edited file of an application take
// effect: those of its unit, or of its container where the file that starts it is
// the one edited; else no more than what is to be done.
func (h *Host) RestartApp(a *appconf.App, edited *source.File) []string {
	name := path.Base(edited.Path)
	if a.Container.Kind == "compose" && a.Container.Span.File == edited {
		return []string{"docker compose up -d " + a.Container.Span.Text()}
	}
	var unit string
	for _, f := range a.Files {
		if base := path.Base(f.Path); strings.HasSuffix(base, ".service") && h.HasSystemd() {
			unit = base
		}
	}
	switch {
	case unit == "":
		return []string{"restart " + a.Name}
	case unit == name:
		return []string{"systemctl daemon-reload", "systemctl restart " + unit}
	}
	return []string{"systemctl restart " + unit}
}
