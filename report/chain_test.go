package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

const chainSite = `events {}
http {
    keepalive_timeout 30s;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    upstream backend {
        server 10.0.0.5:3000;
        server 10.0.0.6:3000;
        keepalive 16;
        keepalive_timeout 60s;
    }
    server {
        listen 443 ssl;
        server_name shop.test *.shop.test;
        location / { proxy_pass http://backend; proxy_connect_timeout 2s; proxy_read_timeout $wait; }
        location /api/ { proxy_pass http://backend; proxy_read_timeout 30s; proxy_next_upstream_timeout 40s; }
        location ~ \.php$ { fastcgi_pass unix:/run/a-socket-with-quite-a-long-name.sock; }
        location /files/ { root /srv; }
    }
}
`

const chainConfig = `version: 1
hosts:
  - name: web
    root: web
    nginx: {version: 1.24.0}
    apps:
      - {name: api, upstream: backend, runtime: node@20, keepalive_timeout: 5s, request_timeout: 120s}
      - {name: worker, upstream: backend, runtime: gunicorn@23, request_timeout: 2s500ms}
    load_balancers:
      - {name: edge, kind: aws-alb}
      - {name: tcp, kind: generic-tcp, idle_timeout: 350s}
`

// chainHosts loads hosts that a tunelint.yaml and one nginx.conf make.
func chainHosts(t testing.TB, config, site string) []*host.Host {
	t.Helper()
	store := source.NewStore(source.Memory{base + "/tunelint.yaml": config, base + "/web/etc/nginx/nginx.conf": site})
	f, err := store.Open(base + "/tunelint.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c, err := appconf.ReadConfig(f)
	if err != nil {
		t.Fatal(err)
	}
	var out []*host.Host
	for _, decl := range c.Hosts {
		h, err := host.Load(store, base, decl)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, h)
	}
	return out
}

// shortConfig is what README and docs show.
const shortConfig = `version: 1
hosts:
  - name: web
    root: web
    nginx: {version: 1.24.0}
    apps:
      - {name: api, upstream: backend, runtime: node@20, keepalive_timeout: 5s, request_timeout: 120s}
    load_balancers:
      - {name: edge, kind: aws-alb}
`

// drawnChains is the picture of all chains, or of a URL, with findings made up of
// what the rules would say.
func drawnChains(t testing.TB, url, config string) Chains {
	return withFindings(t, url, chainHosts(t, config, chainSite))
}

func withFindings(t testing.TB, url string, hosts []*host.Host) Chains {
	h := hosts[0]
	config, site := h.Apps[0].Span.File, h.Nginx.Main.Document.File
	idle := &lint.Rule{Name: "timeouts/client-idle-below-lb", Severity: lint.Error}
	race := &lint.Rule{Name: "upstream/idle-outlives-app", Severity: lint.Error}
	early := &lint.Rule{Name: "timeouts/caller-gives-up-first", Severity: lint.Warning}
	c := Chains{URL: url, Findings: []*lint.Finding{
		{
			Rule: readBelowApp, Severity: lint.Error, Host: "web", Message: "nginx gives up on api after 30s, the application may take 120s",
			Span: at(t, site, "proxy_read_timeout 30s", 1), Related: []lint.Related{{Span: at(t, config, "120s", 1), Label: "api may take 120s"}},
		},
		{
			Rule: idle, Severity: lint.Error, Host: "web", Message: "nginx closes idle client connections after 30s, edge keeps them for 60s",
			Span: at(t, site, "keepalive_timeout 30s", 1),
		},
		{
			Rule: race, Severity: lint.Error, Host: "web", Message: "nginx keeps idle connections to backend for 60s, node 20 closes them after 5s",
			Span: at(t, site, "keepalive_timeout 60s", 1), Related: []lint.Related{{Span: at(t, config, "keepalive_timeout: 5s", 1), Label: "api closes an idle connection after 5s"}},
		},
		{
			Rule: early, Severity: lint.Warning, Host: "web", Message: "nginx waits 60s for an answer, edge gives up after 60s",
			Span: at(t, site, "fastcgi_pass unix:/run/a-socket-with-quite-a-long-name.sock", 1),
		},
		{Rule: backlogCapped, Severity: lint.Warning, Host: "web", Message: "about something else", Span: at(t, site, "keepalive_timeout 30s", 1)},
		{Rule: readBelowApp, Severity: lint.Error, Host: "other", Message: "on another host", Span: at(t, site, "proxy_read_timeout 30s", 1)},
	}}
	return c.fill(t, hosts)
}

// fill follows the URL on the hosts, or finds their chains.
func (c Chains) fill(t testing.TB, hosts []*host.Host) Chains {
	t.Helper()
	for _, h := range hosts {
		shown := ChainHost{Host: h}
		if c.URL == "" {
			shown.Chains = h.Chains()
			c.Hosts = append(c.Hosts, shown)
			continue
		}
		var err error
		if shown.Ways, err = h.Ways(c.URL); err != nil {
			shown.Why = err.Error()
		}
		c.Hosts = append(c.Hosts, shown)
	}
	return c
}

func show(t testing.TB, picture Picture, format string, o Options) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Show(&b, picture, format, o); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestChainGolden(t *testing.T) {
	const url = "https://www.shop.test/api/"
	for _, c := range []struct {
		file, format, url string
		options           Options
		config            string
	}{
		{"chain.txt", "text", "", options(), chainConfig},
		{"chain-verbose.txt", "text", "", with(func(o *Options) { o.Verbose, o.Width = true, 160 }), chainConfig},
		{"chain-url.txt", "text", url, options(), chainConfig},
		{"chain-url-80.txt", "text", url, with(func(o *Options) { o.Width, o.ASCII = 80, true }), chainConfig},
		{"chain-url-40.txt", "text", url, with(func(o *Options) { o.Width = 40 }), chainConfig},
		{"chain-url-color.txt", "text", url, with(func(o *Options) { o.Color, o.Width = true, 200 }), chainConfig},
		{"chain-url.json", "json", url, options(), chainConfig},
		{"chain-url.svg", "svg", url, options(), chainConfig},
		{"chain.svg", "svg", "", options(), chainConfig},
		{"../../docs/chain.svg", "svg", url, options(), shortConfig},
		{"chain-none.txt", "text", "https://shop.test:8443/", options(), chainConfig},
	} {
		t.Run(c.file, func(t *testing.T) {
			got := show(t, drawnChains(t, c.url, c.config), c.format, c.options)
			golden(t, c.file, got)
			if again := show(t, drawnChains(t, c.url, c.config), c.format, c.options); !bytes.Equal(got, again) {
				t.Error("two runs differ")
			}
			if width := c.options.Width; c.format == "text" && !c.options.Color && width >= 80 {
				isWithin(t, got, width)
			}
		})
	}
}

func isWithin(t *testing.T, text []byte, width int) {
	t.Helper()
	for _, line := range strings.Split(string(text), "\n") {
		if columns(line) > width {
			t.Errorf("%d columns: %q", columns(line), line)
		}
	}
}

// Whatever names hold, the picture is XML in which nothing is executed or loaded,
// text is escaped, and every bar lies within the frame.
func TestChainHostile(t *testing.T) {
	const evil = `<script>alert("&'1")</script>]]>`
	config := strings.NewReplacer("name: api", `name: "`+strings.ReplaceAll(evil, `"`, `\"`)+`\u0007\u202e"`, "name: edge", `name: "& <b>"`).Replace(chainConfig)
	site := strings.NewReplacer("backend", `"a&<b>\"'"`, `\.php$`, `"\.php</text>&amp;$"`, "*.shop.test", "'\xff<&.shop.test'").Replace(chainSite)
	config = strings.ReplaceAll(config, "upstream: backend", `upstream: "a&<b>\"'"`)
	for _, url := range []string{"", "https://shop.test/<&\"'>/%3Cscript%3E.php", "https://nobody\xff.test/]]>.php"} {
		c := Chains{URL: url}.fill(t, chainHosts(t, config, site))
		for _, format := range ChainFormats() {
			data := show(t, c, format, Options{Base: base})
			switch format {
			case "svg":
				checkSVG(t, data)
			case "json":
				if !json.Valid(data) {
					t.Errorf("invalid JSON: %s", data)
				}
			default:
				if i := bytes.IndexFunc(data, func(r rune) bool { return r < ' ' && r != '\n' || r == '\u202e' }); i >= 0 {
					t.Errorf("control character in text at %d", i)
				}
			}
		}
	}
}

// allowed are the elements and attributes that the picture consists of.
var allowed = map[string]string{
	"svg": "xmlns width height viewBox role font-family font-size", "title": "", "rect": "x y width height fill stroke stroke-dasharray",
	"text": "x y fill font-weight space", "line": "x1 y1 x2 y2 stroke", "path": "d fill stroke",
}

var number = regexp.MustCompile(`^-?[0-9]+$`)

// checkSVG parses a picture and looks at everything in it.
func checkSVG(t *testing.T, data []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(data))
	height := 0
	for {
		token, err := d.Token()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, data)
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			if _, text := token.(xml.CharData); !text {
				if _, end := token.(xml.EndElement); !end {
					t.Errorf("%T in the picture", token)
				}
			}
			continue
		}
		attributes, ok := allowed[e.Name.Local]
		if !ok {
			t.Errorf("element %s", e.Name.Local)
		}
		for _, a := range e.Attr {
			if !strings.Contains(" "+attributes+" ", " "+a.Name.Local+" ") {
				t.Errorf("attribute %s of %s", a.Name.Local, e.Name.Local)
			}
			if n, err := strconv.Atoi(a.Value); err == nil && number.MatchString(a.Value) {
				switch {
				case e.Name.Local == "svg" && a.Name.Local == "height":
					height = n
				case n < 0, strings.HasPrefix(a.Name.Local, "x") && n > svgWidth, strings.HasPrefix(a.Name.Local, "y") && n > height:
					t.Errorf("%s=%d of %s is outside", a.Name.Local, n, e.Name.Local)
				}
			}
		}
	}
}

func TestChainSVG(t *testing.T) {
	for _, url := range []string{"", "https://shop.test/", "https://shop.test/files/", "https://shop.test:1/"} {
		checkSVG(t, show(t, drawnChains(t, url, chainConfig), "svg", options()))
	}
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		scale time.Duration
		want  string
	}{
		{0, ""},
		{7 * time.Millisecond, "0s 2ms 4ms 6ms"},
		{time.Second, "0s 250ms 500ms 750ms 1s"},
		{60 * time.Second, "0s 15s 30s 45s 60s"},
		{75 * time.Second, "0s 20s 40s 60s"},
		{time.Hour, "0s 15m 30m 45m 1h"},
		{50 * 365 * 24 * time.Hour, "0s 438000h"},
	} {
		var got []string
		for _, tick := range ticks(c.scale) {
			got = append(got, nginxconf.FormatTime(tick))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %s, want %s", c.scale, got, c.want)
		}
	}
}

// One finding stands for many locations: it marks those that it is about, also
// where it does not list them, and no others.
func TestChainMarks(t *testing.T) {
	const config = `version: 1
hosts:
  - name: web
    root: web
    nginx: {version: 1.24.0}
    apps:
      - {name: one, upstream: one, request_timeout: 120s, routes: [{path: /fast/, request_timeout: 5s}]}
      - {name: two, upstream: two, request_timeout: 90s}
    load_balancers:
      - {name: edge, kind: generic-http, request_timeout: 20s}
      - {name: inner, kind: generic-http, request_timeout: 25s}
`
	const site = `events {}
http {
    proxy_read_timeout 30s;
    upstream one { server 10.0.0.1; }
    upstream two { server 10.0.0.2; }
    server {
        location /a { proxy_pass http://one; }
        location /b { proxy_pass http://one; send_timeout 5s; }
        location /fast/ { proxy_pass http://one/x; }
        location /two { proxy_pass http://two; }
    }
}
`
	hosts := chainHosts(t, config, site)
	declared, nginx := hosts[0].Apps[0].Span.File, hosts[0].Nginx.Main.Document.File
	early := &lint.Rule{Name: "timeouts/caller-gives-up-first", Severity: lint.Warning}
	directive := at(t, nginx, "proxy_read_timeout 30s", 1)
	passes := []lint.Related{{Span: at(t, nginx, "proxy_pass http://one", 1), Label: "passes to one"}, {Label: "and 1 more"}}
	c := Chains{Findings: []*lint.Finding{
		{Rule: readBelowApp, Severity: lint.Error, Host: "web", Message: "nginx gives up on one", Span: directive,
			Related: append([]lint.Related{{Span: at(t, declared, "120s", 1), Label: "one may take 120s"}}, passes...)},
		{Rule: early, Severity: lint.Warning, Host: "web", Message: "edge gives up after 20s", Span: directive},
		{Rule: early, Severity: lint.Warning, Host: "web", Message: "inner gives up after 25s", Span: at(t, nginx, "proxy_pass http://two", 1), Related: []lint.Related{{Span: directive}}},
		{Rule: &lint.Rule{Name: "timeouts/websocket-cut"}, Severity: lint.Warning, Host: "web", Message: "nginx cuts two", Span: directive},
	}}.fill(t, hosts)
	m := newMarker(hosts[0], c.Findings)
	var got []string
	for _, chain := range c.Hosts[0].Chains {
		for _, mark := range m.marks(chain) {
			hop := chain.Ladders[mark.ladder].Hops[mark.hop]
			got = append(got, chain.Places[0].Label()+": "+hop.Who+" "+mark.finding.Message)
		}
	}
	want := []string{
		"location /a: nginx nginx gives up on one", "location /a: edge edge gives up after 20s",
		"location /b: nginx nginx gives up on one", "location /b: edge edge gives up after 20s",
		"location /fast/: edge edge gives up after 20s", "location /two: edge edge gives up after 20s",
		"location /two: inner inner gives up after 25s", "location /two: nginx nginx cuts two",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
