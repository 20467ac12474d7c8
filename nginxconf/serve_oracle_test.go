package nginxconf

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tunelint/tunelint/nginxconf/nginxtest"
	"github.com/tunelint/tunelint/source"
)

// A siteWriter writes servers at random whose locations answer with their place:
// "server/location/upstream".
type siteWriter struct {
	*rand.Rand
	strings.Builder
	listens   []string
	marked    map[string]bool // addresses that have a default_server
	server    int
	locations int
}

func (w *siteWriter) one(list ...string) string { return list[w.IntN(len(list))] }

// serverNames are names of every kind; many of them are in each other's way.
var serverNames = []string{
	"a.test", "www.a.test", "b.test", "c.b.test", "*.a.test", "*.test", "*.b.test", ".b.test", ".a.test", "*.c.b.test", ".deep.c.b.test",
	"www.*", "www.a.*", "a.*", "c.b.*", `~^x\d+\.test$`, `~^(?<name>.+)\.caught\.test$`, `~^www\d*\.`, `~\.b\.`, `""`, "_", "A.TEST", "localhost",
	"127.0.0.1", "d.test", "e.test", "*.e.test", "e.*",
}

func (w *siteWriter) writeServer() {
	w.server++
	fmt.Fprintf(w, "server {\n")
	for i, listen := range w.listens {
		if i != w.server%len(w.listens) && w.IntN(3) > 0 {
			continue
		}
		if !w.marked[listen] && w.IntN(10) == 0 {
			w.marked[listen] = true
			listen += " default_server"
		}
		fmt.Fprintf(w, "  listen %s;\n", listen)
	}
	if w.IntN(20) == 0 {
		fmt.Fprintf(w, "  server_name ~^(?!y)z;\n")
	}
	for range w.IntN(4) {
		fmt.Fprintf(w, "  server_name %s %s;\n", w.one(serverNames...), w.one(serverNames...))
	}
	fmt.Fprintf(w, "  add_header X-Server s%d always;\n", w.server)
	if w.IntN(12) == 0 {
		fmt.Fprintf(w, "  set $at s%d; return 200 s%d//;\n", w.server, w.server)
	}
	if w.IntN(4) == 0 {
		fmt.Fprintf(w, "  merge_slashes off;\n")
	}
	w.writeLocations("/", 2)
	fmt.Fprintf(w, "}\n")
}

// writeLocations writes locations below a prefix; within a regular expression,
// for which it is "", there are none but others of that kind.
func (w *siteWriter) writeLocations(prefix string, depth int) {
	seen := map[string]bool{}
	for range w.IntN(7) {
		path := prefix + w.one("", "a", "a/", "a/b", "a/b/", "b", "b/", "ab", "b.php", "é")
		head := w.one(path, path, "^~ "+path, "= "+path, `~ \.php$`, "~ ^/a", "~* B", "~a/b/?", "~ y$")
		if w.IntN(40) == 0 {
			head = "~ (?!x)y$"
		}
		key := strings.TrimPrefix(head, "^~ ")
		if prefix == "" && !strings.HasPrefix(head, "~") || seen[key] || path == prefix && depth < 2 && !strings.HasPrefix(head, "~") {
			continue
		}
		seen[key] = true
		w.locations++
		at := fmt.Sprintf("s%d/l%d", w.server, w.locations)
		fmt.Fprintf(w, "location %s { set $at %s; ", head, at)
		if w.IntN(2) == 0 {
			fmt.Fprintf(w, "proxy_set_header X-At %s; proxy_pass http://up%d; ", at, w.IntN(3))
		} else {
			fmt.Fprintf(w, "return 200 %s/; ", at)
		}
		if depth > 0 && !strings.HasPrefix(head, "=") {
			inner := path
			if strings.HasPrefix(head, "~") {
				inner = ""
			}
			w.writeLocations(inner, depth-1)
		}
		w.WriteString("}\n")
	}
}

// startUpstreams starts three servers that answer with the place that asks and
// their own name, and returns their upstream blocks.
func startUpstreams(t *testing.T) string {
	var blocks strings.Builder
	for i := range 3 {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, "%s/up%d", r.Header.Get("X-At"), i)
		}))
		t.Cleanup(s.Close)
		fmt.Fprintf(&blocks, "upstream up%d { server %s; keepalive 8; }\n", i, s.Listener.Addr())
	}
	return blocks.String()
}

// A keptConn is a connection to one address that is used as long as nginx keeps it.
type keptConn struct {
	network, address string
	conn             net.Conn
	in               *bufio.Reader
}

// ask sends a request as it stands and returns what answers: "server/location/upstream".
func (k *keptConn) ask(t *testing.T, hostHeader, target string) string {
	if k.conn == nil {
		c, err := net.Dial(k.network, k.address)
		if err != nil {
			t.Fatal(err)
		}
		c.SetDeadline(time.Now().Add(30 * time.Second))
		k.conn, k.in = c, bufio.NewReader(c)
	}
	fmt.Fprintf(k.conn, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", target, hostHeader)
	response, err := http.ReadResponse(k.in, nil)
	if err != nil {
		t.Fatalf("%s %s: %v", hostHeader, target, err)
	}
	body, _ := io.ReadAll(response.Body)
	response.Body.Close()
	if response.Close {
		k.conn.Close()
		k.conn = nil
	}
	switch response.StatusCode {
	case http.StatusOK:
		return string(body)
	case http.StatusBadRequest:
		return "400"
	case http.StatusMovedPermanently:
		return response.Header.Get("X-Server") + " 301"
	}
	return response.Header.Get("X-Server") + "//"
}

// saidToServe is what Serve says of a request, in the same words; doubtful is
// true where it does not want to decide.
func saidToServe(t *testing.T, c *Config, r Request, address string) (what string, doubtful bool) {
	list, err := c.Serve(r)
	if err != nil {
		t.Fatalf("%+v: %v", r, err)
	}
	for _, s := range list {
		for _, a := range s.Addresses {
			if a.Name != address {
				continue
			}
			server := "s" + strings.TrimLeft(s.Server.Server.Last("add_header").Arg(1), "s")
			doubtful = len(s.Server.Doubts)+len(s.Location.Doubts) > 0
			switch at := s.Location.Scope; {
			case s.Bad != nil:
				return "400", false
			case s.Return != nil:
				return s.Return.Arg(1), doubtful
			case s.Location.Redirect:
				return server + " 301", doubtful
			case at == s.Server.Server:
				return server + "//", doubtful
			default:
				return at.Last("set").Arg(1) + "/" + upstreamOf(c, at), doubtful
			}
		}
	}
	t.Fatalf("%+v: no answer on %s", r, address)
	return "", false
}

func upstreamOf(c *Config, location *Scope) string {
	for _, r := range c.Routes() {
		if r.Scope == location && r.Upstream != nil {
			return r.Upstream.Name
		}
	}
	return ""
}

// TestServeAsNginxDoes compares the server, the location and the upstream that
// Serve says take a request with what answers in a running nginx.
func TestServeAsNginxDoes(t *testing.T) {
	upstreams := startUpstreams(t)
	for seed, n := range nginxtest.All(t) {
		port := nginxtest.FreePort(t)
		w := &siteWriter{
			Rand:    rand.New(rand.NewPCG(7, uint64(seed))),
			listens: []string{"unix:front.sock", "unix:b.sock", "unix:c.sock", port, "127.0.0.1:" + port}, marked: map[string]bool{},
		}
		w.WriteString("events {}\nhttp { server_names_hash_max_size 8192; variables_hash_max_size 4096; access_log off; root /nowhere; keepalive_requests 100000;\n" +
			"client_body_temp_path cache/a; proxy_temp_path cache/b; fastcgi_temp_path cache/c; uwsgi_temp_path cache/d; scgi_temp_path cache/e;\n" +
			"proxy_http_version 1.1; proxy_set_header Connection '';\n" + upstreams)
		for range 60 {
			w.writeServer()
		}
		w.WriteString("}\n")
		conf := w.String()
		c := load(t, source.Memory{"/etc/nginx/nginx.conf": conf}, Options{})
		dir := n.Start(t, map[string]string{"nginx.conf": conf}, "front.sock")
		compareServed(t, n, w, c, dir, port)
	}
}

// askedHosts and askedPaths are what the requests are made of.
var (
	askedHosts = []string{
		"a.test", "A.Test", "a.test.", "www.a.test", "x.a.test", "x.y.a.test", "b.test", "c.b.test", "d.c.b.test", "deep.c.b.test", "q.deep.c.b.test",
		"test", "www.other", "www.a.org", "www2.org", "a.org", "a.x.org", "c.b.org", "x12.test", "x.test", "q.caught.test", "localhost", "_", "d.test",
		"e.test", "f.e.test", "e.com", "nobody", "zz", "x.b.org", "127.0.0.1", "127.0.0.2",
	}
	askedPaths = []string{
		"/", "/a", "/a/", "/a/b", "/a/b/", "/ab", "/b", "/b/", "/a/b.php", "/aab", "/aab.php", "/a/a/b", "/x", "/a/y", "/y", "//a", "/a//b", "/./a/../b", "/a/..",
		"/%61", "/a%2Fb", "/a%2f%2fb/", "/%2e%2e/a", "/b%2Ephp?x=1", "/..", "/a%zz", "/%C3%A9", "/é/y", "/a/B", "/A%2Fb", "/b?/../a", "/a/b/../../b.php", "/%3Fa",
	}
)

func compareServed(t *testing.T, n *nginxtest.Nginx, w *siteWriter, c *Config, dir, port string) {
	var conns []*keptConn
	var names []string
	for _, socket := range []string{"front.sock", "b.sock", "c.sock"} {
		conns, names = append(conns, &keptConn{network: "unix", address: filepath.Join(dir, socket)}), append(names, "unix:"+socket)
	}
	conns = append(conns, &keptConn{network: "tcp", address: "127.0.0.1:" + port}, &keptConn{network: "tcp", address: "127.0.0.2:" + port})
	names = append(names, "127.0.0.1:"+port, "*:"+port)
	compared, outcomes := 0, map[string]bool{}
	for range 2500 {
		i, name, target := w.IntN(len(conns)), askedHosts[w.IntN(len(askedHosts))], askedPaths[w.IntN(len(askedPaths))]
		r, err := ParseRequest("http://" + name + ":" + port + target)
		if err != nil {
			t.Fatal(err)
		}
		if socket, ok := strings.CutPrefix(names[i], "unix:"); ok {
			r.Socket, r.Port = socket, ""
		} else if net.ParseIP(name) != nil && !strings.HasPrefix(conns[i].address, name) {
			continue // the URL says which address
		}
		want, doubtful := saidToServe(t, c, r, names[i])
		if doubtful {
			continue
		}
		got := conns[i].ask(t, name+w.one("", ":"+port), target)
		if compared++; got != want {
			t.Errorf("nginx %s, %s, %s%s: %s answers, Serve says %s", n.Version, names[i], name, target, got, want)
		}
		outcomes[got] = true
	}
	if t.Failed() {
		t.Logf("%s", w)
	}
	if compared < 500 || len(outcomes) < 70 {
		t.Errorf("%d requests compared, %d outcomes", compared, len(outcomes))
	}
	t.Logf("nginx %s: %d requests, %d outcomes", n.Version, compared, len(outcomes))
}
