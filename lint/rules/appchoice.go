package rules

import (
	"fmt"
	"strings"
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
	apply := []lint.Command{lint.RestartApp(a)}
	if len(e.Edits) > 0 && strings.HasSuffix(e.Edits[0].Span.File.Path, ".service") {
		apply = append(apply, lint.ReloadUnits())
	}
	r.SuggestUnsafe(fmt.Sprintf("%s %s of %s to %s", verb, e.Word, a.Name, value), loss, e.Edits...).ChoiceApply(apply...)
}
