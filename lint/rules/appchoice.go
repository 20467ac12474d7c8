package rules

import (
	"fmt"
	"time"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
)

// suggestAppTime offers to write another time into a file of an application. Such a
// file is somebody else's: it is never the first choice, and never safe.
func suggestAppTime(r *lint.Report, verb string, a *appconf.App, e host.AppEdit, loss string) {
	suggestApp(r, verb, a, e, nginxconf.FormatTime(time.Duration(e.Value)), loss)
}

// suggestApp is [suggestAppTime] for a value that is written in any other way.
func suggestApp(r *lint.Report, verb string, a *appconf.App, e host.AppEdit, value, loss string) {
	r.SuggestUnsafe(fmt.Sprintf("%s %s of %s to %s", verb, e.Word, a.Name, value), loss, e.Edits...).ChoiceApply(e.Apply...)
}
