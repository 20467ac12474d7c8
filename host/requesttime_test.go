package host_test

import (
	"testing"
	"time"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// TestRequestTimeFollowsTheLocationNginxPicks checks that a route of the
// application counts in the one location that nginx sends it to.
func TestRequestTimeFollowsTheLocationNginxPicks(t *testing.T) {
	seconds := func(n int) source.Setting[time.Duration] {
		return source.Known(time.Duration(n)*time.Second, source.Origin{Default: "test"})
	}
	app := &appconf.App{RequestTimeout: seconds(30), Routes: []appconf.Route{
		{Path: "/reports/", RequestTimeout: seconds(120)},
		{Path: "/reports/live/", RequestTimeout: seconds(10)},
	}}
	for _, c := range []struct {
		locations string
		want      map[string]int // seconds by the location's arguments
	}{
		{"location / {}", map[string]int{"/": 120}},
		{"location / {} location /reports/ {}", map[string]int{"/": 30, "/reports/": 120}},
		{"location / {} location /reports {}", map[string]int{"/": 30, "/reports": 120}},
		{"location / {} location ^~/reports {}", map[string]int{"/": 30, "^~/reports": 120}},
		{"location / {} location =/reports/ {}", map[string]int{"/": 30, "=/reports/": 120}},
		{"location / { location /reports/ {} }", map[string]int{"/": 30, "/reports/": 120}},
		{"location /reports/live/ {} location /reports/old/ {}", map[string]int{"/reports/live/": 10, "/reports/old/": 120}},
		{`location / {} location ~ ^/reports/ {}`, map[string]int{"/": 30, "~ ^/reports/": 120}},
		{`location / {} location ~* \.PHP$ {}`, map[string]int{"/": 120, `~* \.PHP$`: 30}},
		{`location / {} location ~ ^/(?!api) {}`, map[string]int{"/": 30, "~ ^/(?!api)": 30}},
		{`location ^~ /reports/ {} location ~ ^/reports/ {}`, map[string]int{"^~ /reports/": 120, "~ ^/reports/": 30}},
		{"location @app {}", map[string]int{"@app": 30}},
	} {
		got := map[string]int{}
		load(t, "events {} http { server { "+c.locations+" } }").Root.Walk(func(s *nginxconf.Scope) {
			if s.Context == nginxconf.InLocation {
				got[s.Directive.ArgText()] = int(new(host.Host).RequestTime(app, s).Value.Seconds())
			}
		})
		for name, want := range c.want {
			if got[name] != want {
				t.Errorf("%s: location %s: %ds, want %ds", c.locations, name, got[name], want)
			}
		}
	}
}

func load(t *testing.T, text string) *nginxconf.Config {
	t.Helper()
	c, err := nginxconf.Load(source.NewStore(source.Memory{"/etc/nginx/nginx.conf": text}).View("/"), nginxconf.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}
