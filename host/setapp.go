package host

import (
	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/source"
)

// appValue names one value of one setting of an application.
type appValue struct {
	app   *appconf.App
	name  string
	value int64
}

// An AppEdit gives a setting of an application another value. The zero AppEdit
// changes nothing.
type AppEdit struct {
	// Word is what the file calls the setting.
	Word string
	// Value is what it becomes: nanoseconds, bytes or a count.
	Value int64
	Edits []source.Edit
}

// LowerApp lowers a setting of an application, by its key in tunelint.yaml, to most
// or to what its notation has next below. Nothing is changed where no file of the
// application has the setting as a number written out, or where something else would
// change with it.
func (h *Host) LowerApp(a *appconf.App, name string, most int64) AppEdit {
	l, ok := a.LiteralOf(name)
	if !ok {
		return AppEdit{}
	}
	return h.setApp(a, name, l, most-most%l.Step)
}

// RaiseApp is [Host.LowerApp] the other way: to least, or to what comes next above.
func (h *Host) RaiseApp(a *appconf.App, name string, least int64) AppEdit {
	l, ok := a.LiteralOf(name)
	if !ok {
		return AppEdit{}
	}
	return h.setApp(a, name, l, (least+l.Step-1)/l.Step*l.Step)
}

// setApp writes a value if the applications, read again with it, differ in nothing
// else.
func (h *Host) setApp(a *appconf.App, name string, l appconf.Literal, value int64) AppEdit {
	edit, ok := l.Set(value)
	if !ok || !h.decidesAlone(edit, appValue{a, name, value}) {
		return AppEdit{}
	}
	return AppEdit{Word: l.Word, Value: value, Edits: []source.Edit{edit}}
}

func (h *Host) decidesAlone(edit source.Edit, v appValue) bool {
	if h.readApps == nil {
		return false
	}
	h.rewriting.Lock()
	defer h.rewriting.Unlock()
	fits, tried := h.rewritten[v]
	if !tried {
		f := edit.Span.File
		after, err := h.readApps(h.View.Store().With(map[*source.File]string{f: source.Apply(f, []source.Edit{edit})}))
		fits = err == nil && appconf.OnlyDiffers(h.Apps, after, v.app, v.name, v.value)
		if h.rewritten == nil {
			h.rewritten = map[appValue]bool{}
		}
		h.rewritten[v] = fits
	}
	return fits
}
