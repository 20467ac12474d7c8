package verdict

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

func TestObsolete(t *testing.T) {
	conf := "http { server { http2_idle_timeout 3m; http2_push /a; ssl on; secure_link_secret a; limit_rate 1k; } }\nstream { proxy_downstream_buffer 16k; }"
	for _, c := range []struct {
		version nginxconf.Version
		want    []string
	}{
		{nginxconf.Version{1, 14, 0}, []string{"proxy_downstream_buffer 1.9.4 false"}},
		{nginxconf.Version{1, 18, 0}, []string{"ssl 1.15.0 false", "proxy_downstream_buffer 1.9.4 false"}},
		{nginxconf.Version{1, 22, 1}, []string{"http2_idle_timeout 1.19.7 true", "ssl 1.15.0 false", "proxy_downstream_buffer 1.9.4 false"}},
		{nginxconf.Version{1, 26, 0}, []string{"http2_idle_timeout 1.19.7 true", "http2_push 1.25.1 true", "proxy_downstream_buffer 1.9.4 false"}},
		{nginxconf.Version{}, []string{"http2_idle_timeout 1.19.7 true", "http2_push 1.25.1 true", "proxy_downstream_buffer 1.9.4 false"}},
	} {
		memory := source.Memory{"/etc/nginx/nginx.conf": conf}
		config, err := nginxconf.Load(source.NewStore(memory).View("/"), nginxconf.Options{Version: c.version})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, o := range ObsoleteIn(config) {
			got = append(got, fmt.Sprintf("%s %s %t", o.Directive.Name, o.Since, o.Ignored))
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%v: %s", c.version, diff)
		}
	}
}
