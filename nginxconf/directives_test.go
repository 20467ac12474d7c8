package nginxconf

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/source/realpart"
)

func TestGeneratedTableIsCurrent(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		realpart.Lacking(t, "go")
	}
	out := filepath.Join(t.TempDir(), "directives_gen.go")
	if text, err := exec.Command("go", "run", "gen.go", "-o", out).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	want, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("directives_gen.go")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("directives_gen.go is not what gen.go writes: run go generate")
	}
}

func TestTableIsConsistent(t *testing.T) {
	for i := range directives {
		d := &directives[i]
		if i > 0 {
			if before := &directives[i-1]; before.Name > d.Name || before.Name == d.Name && before.ThirdParty && !d.ThirdParty {
				t.Errorf("%s is out of order", d.Name)
			}
		}
		if d.Contexts == 0 && !d.AnyContext && !d.Unchecked {
			t.Errorf("%s of %s: no context", d.Name, d.Module)
		}
		if d.MaxArgs >= 0 && d.MinArgs > d.MaxArgs || d.Opens != 0 && !d.Block || d.RawBody && !d.Block {
			t.Errorf("%s of %s: %+v", d.Name, d.Module, d)
		}
		if low, high, ok := d.ArgsIn(Version{}); !d.Unchecked && (!ok || low != d.MinArgs || high != d.MaxArgs) {
			t.Errorf("%s of %s: the history ends with %d-%d arguments, not %d-%d", d.Name, d.Module, low, high, d.MinArgs, d.MaxArgs)
		}
		if d.RawBody != (d.Block && isLuaBlock(d.Name)) {
			t.Errorf("%s of %s: the parser takes another view of its body", d.Name, d.Module)
		}
		if d.Block && isVerbatim(d.Name) && d.Opens != 0 {
			t.Errorf("%s of %s: the parser does not read directives in it", d.Name, d.Module)
		}
	}
}

func TestLookup(t *testing.T) {
	if Lookup("no_such_directive") != nil {
		t.Error("found")
	}
	var modules []string
	for _, d := range Lookup("server") {
		if d.Name != "server" {
			t.Errorf("row of %s", d.Name)
		}
		modules = append(modules, d.Module)
	}
	want := []string{
		"ngx_http_core_module", "ngx_http_upstream_module", "ngx_mail_core_module", "ngx_stream_core_module", "ngx_stream_upstream_module",
		"ngx_rtmp_core_module",
	}
	if diff := cmp.Diff(want, modules); diff != "" {
		t.Error(diff)
	}
}

// own returns nginx's row of a directive in a context.
func own(t *testing.T, name string, in Context) *Def {
	t.Helper()
	for _, d := range Lookup(name) {
		if !d.ThirdParty && d.Contexts&in != 0 {
			return d
		}
	}
	t.Fatalf("no %s in %s", name, in)
	return nil
}

func TestOpens(t *testing.T) {
	for _, c := range []struct {
		name     string
		in, want Context
	}{
		{"http", InMain, InHTTP}, {"server", InHTTP, InServer}, {"server", InStream, InStreamServer}, {"location", InLocation, InLocation},
		{"if", InServer, InServerIf}, {"if", InLocation, InLocationIf}, {"limit_except", InLocation, InLimitExcept},
		{"upstream", InHTTP, InUpstream}, {"upstream", InStream, InStreamUpstream}, {"types", InHTTP, 0}, {"map", InHTTP, 0},
		{"events", InMain, InEvents}, {"otel_exporter", InHTTP, 0}, {"acme_issuer", InHTTP, 0},
	} {
		if got := own(t, c.name, c.in).Opens; got != c.want {
			t.Errorf("%s in %s opens %s, want %s", c.name, c.in, got, c.want)
		}
	}
}

func TestDefaultIn(t *testing.T) {
	for _, c := range []struct {
		name    string
		in      Context
		version Version
		want    string
	}{
		{"proxy_http_version", InHTTP, Version{1, 22, 1}, "1.0"},
		{"proxy_http_version", InHTTP, Version{1, 29, 7}, "1.1"},
		{"proxy_http_version", InHTTP, Version{}, "1.1"},
		{"keepalive", InUpstream, Version{1, 29, 6}, "off"},
		{"keepalive", InUpstream, Version{1, 29, 7}, "32 local"},
		{"keepalive_requests", InHTTP, Version{1, 19, 9}, "100"},
		{"keepalive_requests", InHTTP, Version{1, 19, 10}, "1000"},
		{"sendfile_max_chunk", InHTTP, Version{1, 18, 0}, "0"},
		{"ssl_protocols", InHTTP, Version{1, 22, 1}, "TLSv1 TLSv1.1 TLSv1.2"},
		{"ssl_protocols", InHTTP, Version{1, 24, 0}, "TLSv1 TLSv1.1 TLSv1.2 TLSv1.3"},
		{"ssl_protocols", InHTTP, Version{1, 28, 0}, "TLSv1.2 TLSv1.3"},
		{"large_client_header_buffers", InHTTP, Version{0, 7, 65}, "4 8k"},
		{"large_client_header_buffers", InHTTP, Version{0, 8, 29}, "4 4k|8k"},
		{"http2", InServer, Version{1, 24, 0}, ""},
		{"http2", InServer, Version{1, 26, 0}, "off"},
		{"proxy_next_upstream", InHTTP, Version{1, 8, 0}, "error timeout"},
		{"proxy_read_timeout", InHTTP, Version{1, 22, 1}, "60s"},
	} {
		if got := own(t, c.name, c.in).DefaultIn(c.version); got != c.want {
			t.Errorf("%s in %s: %q, want %q", c.name, c.version, got, c.want)
		}
	}
}

func TestExists(t *testing.T) {
	for _, c := range []struct {
		name    string
		in      Context
		version Version
		ok      bool
		since   string
	}{
		{"http2", InServer, Version{1, 24, 0}, false, "1.25.1"},
		{"http2", InServer, Version{1, 25, 1}, true, ""},
		{"ssl", InServer, Version{1, 25, 0}, true, ""},
		{"ssl", InServer, Version{1, 25, 1}, false, ""},
		{"least_conn", InUpstream, Version{1, 3, 0}, false, "1.3.1"},
		{"least_conn", InUpstream, Version{1, 2, 2}, true, ""},
		{"limit_zone", InHTTP, Version{1, 7, 6}, false, ""},
	} {
		if ok, since := own(t, c.name, c.in).Exists(c.version); ok != c.ok || since != c.since {
			t.Errorf("%s in %s: %v %q", c.name, c.version, ok, since)
		}
	}
}

func TestContextsAndArgsIn(t *testing.T) {
	logFormat := own(t, "log_format", InHTTP)
	if got := logFormat.ContextsIn(Version{1, 6, 0}); got != InHTTP|InServer|InLocation {
		t.Errorf("log_format before 1.7.8: %s", got)
	}
	if got := logFormat.ContextsIn(Version{1, 7, 8}); got != InHTTP {
		t.Errorf("log_format: %s", got)
	}
	deny := own(t, "deny", InHTTP)
	if got := deny.ContextsIn(Version{0, 3, 36}); got&InLimitExcept != 0 {
		t.Errorf("deny before 0.3.37: %s", got)
	}
	for _, c := range []struct {
		name      string
		in        Context
		version   Version
		low, high int
		ok        bool
	}{
		{"keepalive", InUpstream, Version{1, 4, 0}, 1, 2, true},
		{"keepalive", InUpstream, Version{1, 22, 1}, 1, 1, true},
		{"keepalive", InUpstream, Version{1, 29, 7}, 1, 2, true},
		{"add_header", InHTTP, Version{1, 6, 0}, 0, 0, false},
		{"add_header", InHTTP, Version{1, 7, 5}, 2, 3, true},
		{"access_log", InHTTP, Version{1, 2, 6}, 1, 3, true},
		{"access_log", InHTTP, Version{1, 2, 7}, 1, -1, true},
	} {
		low, high, ok := own(t, c.name, c.in).ArgsIn(c.version)
		if ok != c.ok || ok && (low != c.low || high != c.high) {
			t.Errorf("%s in %s: %d-%d %v", c.name, c.version, low, high, ok)
		}
	}
}

func TestAccepts(t *testing.T) {
	js := own(t, "js_import", InHTTP)
	for n, want := range []bool{false, true, false, true, false} {
		if js.Accepts(n) != want {
			t.Errorf("js_import with %d arguments: want %v", n, want)
		}
	}
}
