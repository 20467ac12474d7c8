package host_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/source"
)

// TestTrees reads one site through every form in which a tree holds it.
func TestTrees(t *testing.T) {
	const main, site = "events {}\nhttp { include sites-enabled/*; }\n", "server { listen 80; }\n"
	etc := []appconf.PathMapping{{From: "/etc/nginx", To: "conf"}}
	cases := []struct {
		name   string
		files  source.Memory
		decl   appconf.HostConfig
		reads  string // files read after the main one, below /repo
		failed string // names that could not be
	}{
		{
			"root", source.Memory{"/repo/web/etc/nginx/nginx.conf": main, "/repo/web/etc/nginx/sites-enabled/a": site},
			appconf.HostConfig{Root: "web"}, "web/etc/nginx/sites-enabled/a", "",
		},
		{
			"path_map", source.Memory{"/repo/conf/nginx.conf": main, "/repo/conf/sites-enabled/a": site},
			appconf.HostConfig{Root: ".", PathMap: etc}, "conf/sites-enabled/a", "",
		},
		{
			"path_map of a folder within", source.Memory{"/repo/web/etc/nginx/nginx.conf": main, "/repo/sites/a": site},
			appconf.HostConfig{Root: "web", PathMap: []appconf.PathMapping{{From: "/etc/nginx/sites-enabled", To: "sites"}}}, "sites/a", "",
		},
		{
			"relative link", source.Memory{
				"/repo/web/etc/nginx/nginx.conf": main, "/repo/web/etc/nginx/sites-available/a": site,
				"/repo/web/etc/nginx/sites-enabled/b": source.LinkPrefix + "../sites-available/a",
			},
			appconf.HostConfig{Root: "web"}, "web/etc/nginx/sites-available/a", "",
		},
		{
			"absolute link", source.Memory{
				"/repo/web/etc/nginx/nginx.conf": main, "/repo/web/etc/nginx/sites-available/a": site,
				"/repo/web/etc/nginx/sites-enabled/b": source.LinkPrefix + "/etc/nginx/sites-available/a",
				"/etc/nginx/sites-available/a":        "of this machine;",
			},
			appconf.HostConfig{Root: "web"}, "web/etc/nginx/sites-available/a", "",
		},
		{
			"absolute link into a path_map", source.Memory{
				"/repo/conf/nginx.conf": main, "/repo/conf/sites-available/a": site,
				"/repo/conf/sites-enabled/b": source.LinkPrefix + "/etc/nginx/sites-available/a",
			},
			appconf.HostConfig{Root: "web", PathMap: etc}, "conf/sites-available/a", "",
		},
		{
			"linked folder", source.Memory{
				"/repo/web/etc/nginx/nginx.conf": main, "/repo/web/srv/sites/a": site,
				"/repo/web/etc/nginx/sites-enabled": source.LinkPrefix + "/srv/sites",
			},
			appconf.HostConfig{Root: "web"}, "web/srv/sites/a", "",
		},
		{
			"link to nothing", source.Memory{
				"/repo/web/etc/nginx/nginx.conf":      main,
				"/repo/web/etc/nginx/sites-enabled/a": source.LinkPrefix + "../sites-available/a",
			},
			appconf.HostConfig{Root: "web"}, "", "/etc/nginx/sites-enabled/a",
		},
		{
			"link to itself", source.Memory{
				"/repo/web/etc/nginx/nginx.conf":      main,
				"/repo/web/etc/nginx/sites-enabled/a": source.LinkPrefix + "a",
			},
			appconf.HostConfig{Root: "web"}, "", "/etc/nginx/sites-enabled/a",
		},
		{
			"template", source.Memory{"/repo/web/etc/nginx/nginx.conf.j2": main, "/repo/web/etc/nginx/sites-enabled/a.j2": site},
			appconf.HostConfig{Root: "web"}, "web/etc/nginx/sites-enabled/a.j2", "",
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			h, err := host.Load(source.NewStore(c.files), "/repo", c.decl)
			if err != nil || h.Nginx == nil {
				t.Fatalf("host %+v, %v", h, err)
			}
			var reads, failed []string
			for _, d := range h.Nginx.Documents[1:] {
				reads = append(reads, strings.TrimPrefix(d.File.Path, "/repo/"))
			}
			for _, e := range h.Nginx.Includes {
				failed = append(failed, e.Name)
			}
			if diff := cmp.Diff(c.reads, strings.Join(reads, " ")); diff != "" {
				t.Errorf("read: %s", diff)
			}
			if diff := cmp.Diff(c.failed, strings.Join(failed, " ")); diff != "" {
				t.Errorf("failed: %s", diff)
			}
		})
	}
}

// TestDiscoverTemplates finds hosts whose main file is a template.
func TestDiscoverTemplates(t *testing.T) {
	const main = "events {}\nhttp {\n}\n"
	store := source.NewStore(source.Memory{
		"/repo/.git/HEAD":                                 "",
		"/repo/roles/web/templates/nginx.conf.j2":         main,
		"/repo/roles/part/templates/nginx.conf.j2":        "server { listen {{ port }}; }\n",
		"/repo/module/templates/etc/nginx/nginx.conf.erb": main,
		"/repo/both/nginx.conf":                           main,
		"/repo/both/nginx.conf.j2":                        main,
		"/repo/other/nginx.conf.bak":                      main,
	})
	found, err := host.Discover(store, "/repo", nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, decl := range found {
		h, err := host.Load(store, "/repo", decl)
		if err != nil || h.Nginx == nil {
			t.Fatalf("%s: %v", decl.Name, err)
		}
		got = append(got, decl.Name+" "+h.Nginx.Documents[0].File.Path)
	}
	want := []string{"both /repo/both/nginx.conf", "module /repo/module/templates/etc/nginx/nginx.conf.erb", "web /repo/roles/web/templates/nginx.conf.j2"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
