package host_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/nginxconf/nginxtest"
	"github.com/tunelint/tunelint/source"
)

// headerConf passes requests on with one page for the header of an answer.
const headerConf = `events {}
http {
    access_log off;
    proxy_cache_path cache keys_zone=pages:1m;
    server {
        listen unix:web.sock;
        location / {
            proxy_pass http://%s;
            %s
        }
    }
}
`

// TestLongHeaders holds the verdict about headers of answers to what a real nginx
// does with headers of exactly the size that fits, and one byte more.
func TestLongHeaders(t *testing.T) {
	app := answerWithHeaders(t)
	for _, nginx := range nginxtest.All(t) {
		for name, c := range map[string]struct {
			inside string
			fits   int
		}{
			"plain":       {"proxy_buffer_size 4k;", 4096},
			"unbuffered":  {"proxy_buffer_size 4k; proxy_buffering off;", 4096},
			"cached":      {"proxy_buffer_size 4k; proxy_cache pages; proxy_cache_key $arg_key;", 4096 - 344},
			"not a cache": {"proxy_buffer_size 4k; proxy_cache off;", 4096},
		} {
			t.Run(nginx.Version+" "+name, func(t *testing.T) {
				conf := fmt.Sprintf(headerConf, app, c.inside)
				dir := nginx.Start(t, map[string]string{"nginx.conf": conf}, "web.sock")
				for key, size := range map[string]int{"a": c.fits, "b": c.fits + 1} {
					size64 := source.Known(int64(size), source.Origin{Default: "declared"})
					named := func(text string) source.Setting[string] {
						return source.Known(text, source.Origin{Default: "declared"})
					}
					h := loadHost(t, map[string]string{"/etc/nginx/nginx.conf": conf}, appconf.HostConfig{
						Apps: []appconf.AppConfig{{Name: named("api"), Upstream: named(app), MaxResponseHeaderSize: size64}},
					})
					found, _ := h.LongHeaders()
					code := askSocket(t, filepath.Join(dir, "web.sock"), fmt.Sprintf("/?size=%d&key=%s", size, key))
					if got, want := len(found) > 0, code == 502; got != want || code != 200 && code != 502 {
						t.Errorf("header of %d bytes: found %t, nginx answers %d", size, got, code)
					}
				}
			})
		}
	}
}

// answerWithHeaders starts an application whose answers have a header of as many
// bytes as the argument size says, and returns its address.
func answerWithHeaders(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				req, err := http.ReadRequest(bufio.NewReader(c))
				if err != nil {
					return
				}
				size, _ := strconv.Atoi(req.URL.Query().Get("size"))
				const head = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nCache-Control: max-age=60\r\nX-Filler: "
				filler := strings.Repeat("a", max(0, size-len(head)-4))
				fmt.Fprintf(c, "%s%s\r\n\r\nok", head, filler)
			}()
		}
	}()
	return l.Addr().String()
}

// askSocket returns the status of one request over a unix socket.
func askSocket(t *testing.T, socket, path string) int {
	t.Helper()
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}
	client := &http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}
	res, err := client.Get("http://live.test" + path)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	return res.StatusCode
}
