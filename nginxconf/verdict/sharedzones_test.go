package verdict

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/nginxconf"
)

func TestSharedZones(t *testing.T) {
	const text = `events {}
http {
    limit_req_zone $binary_remote_addr zone=login:10m rate=1r/s;
    limit_conn_zone $binary_remote_addr zone=addr:1m;
    proxy_cache_path /var/cache/nginx keys_zone=pages:64k;
    ssl_session_cache shared:tls:2m;
    upstream a { zone a 64k; server 127.0.0.1:1; }
    upstream b { zone b; server 127.0.0.1:2; }
    server {
        listen 80;
        ssl_session_cache shared:tls:2m;
        location / { limit_req zone=login; limit_conn addr 5; proxy_cache pages; proxy_pass http://a; }
    }
}
`
	var got []string
	for _, z := range SharedZones(load(t, map[string]string{"nginx.conf": text}, nginxconf.Options{})) {
		got = append(got, fmt.Sprint(z.Name, " ", z.Size.Value, " ", z.Size.Known))
	}
	want := "login 10485760 true|addr 1048576 true|pages 65536 true|tls 2097152 true|a 65536 true|b 0 false"
	if diff := cmp.Diff(want, strings.Join(got, "|")); diff != "" {
		t.Error(diff)
	}
}
