package host_test

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/source/realpart"
)

// TestMissingLocations asks a real nginx for pages whose fallback is a named
// location: it answers 500 for those that are said to be missing, and only for
// those.
func TestMissingLocations(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		realpart.Lacking(t, "curl")
	}
	var conf strings.Builder
	conf.WriteString("worker_processes 1;\nevents {}\nhttp {\naccess_log off;\nerror_page 403 @outer;\n")
	fallbacks := []string{"try_files /none @here;", "try_files /none @HERE;", "try_files /none @nowhere;", "error_page 404 @here;", "error_page 404 = @here;",
		"error_page 404 500 =200 @nowhere;", "error_page 404 /page;", "try_files /none =404;", "deny all;", "deny all; error_page 403 @here;"}
	names := []string{"location @here { return 200; }", "location @outer { return 200; }", ""}
	port := 8080
	for _, has := range names {
		fmt.Fprintf(&conf, "server { listen 127.0.0.1:%d; root /nonexistent; %s location = /page { return 200; }\n", port, has)
		for i, f := range fallbacks {
			fmt.Fprintf(&conf, "location /%d { %s }\n", i, f)
		}
		conf.WriteString("}\n")
		port++
	}
	conf.WriteString("}\n")
	out := runNginx(t, conf.String(), fmt.Sprintf(`start "$1" 2>/dev/null
for p in 8080 8081 8082; do for i in $(seq 0 %d); do
	[ "$(curl -s -o /dev/null -w '%%{http_code}' http://127.0.0.1:$p/$i)" != 500 ] || echo "$p $i"
done; done`, len(fallbacks)-1))
	h := loadHost(t, map[string]string{"/etc/nginx/nginx.conf": conf.String()}, appconf.HostConfig{})
	wrong := map[string]bool{} // port and location
	for _, m := range h.Nginx.MissingLocations() {
		listen := strings.TrimPrefix(m.Server.Last("listen").Arg(0), "127.0.0.1:")
		if m.Directive.Parent.Owner.Name == "location" {
			wrong[listen+" "+strings.TrimPrefix(m.Directive.Parent.Owner.Arg(0), "/")] = true
			continue
		}
		wrong[listen+" 8"] = true // the outer page, where the location has none
	}
	var got string
	for _, p := range []string{"8080", "8081", "8082"} {
		for i := range fallbacks {
			if key := fmt.Sprintf("%s %d", p, i); wrong[key] {
				got += key + "\n"
			}
		}
	}
	if diff := cmp.Diff(out, got); diff != "" {
		t.Errorf("answers of 500 (-real +said):\n%s\n%s", diff, conf.String())
	}
}
