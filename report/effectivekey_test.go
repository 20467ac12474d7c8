package report

import (
	"bytes"
	"testing"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/limits"
	"github.com/tunelint/tunelint/source"
)

// keyHost is a machine whose files disagree about a key and a limit.
func keyHost(t *testing.T) *host.Host {
	t.Helper()
	store := source.NewStore(source.Memory{
		base + "/web/etc/nginx/nginx.conf":                             "worker_rlimit_nofile 8192;\nevents {}\nhttp {}\n",
		base + "/web/etc/sysctl.d/10-a.conf":                           "net.core.somaxconn = 512\n",
		base + "/web/etc/sysctl.d/90-web.conf":                         "net.core.so* = 1\n-net.core.somaxconn\nnet.core.somaxconn = 4k\nnet.core.somaxconn = \x1b[31m1\nnet.core.somaxconn = 1024\n",
		base + "/web/usr/lib/sysctl.d/90-web.conf":                     "net.core.somaxconn = 128\n",
		base + "/web/usr/lib/systemd/system/nginx.service":             "[Service]\nLimitNOFILE=64k\n",
		base + "/web/etc/systemd/system/nginx.service.d/override.conf": "[Service]\nLimitNOFILE=65536\nLimitNOFILE={{ n }}\n",
		base + "/web/etc/security/limits.conf":                         "* - nofile 100000\n",
	})
	decl := appconf.HostConfig{Name: "web", Root: "web"}
	decl.Kernel = source.Known("6.1", source.Origin{Span: source.Span{File: source.NewFile("/tunelint.yaml", "")}})
	h, err := host.Load(store, base, decl)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestEffectiveKey(t *testing.T) {
	h := keyHost(t)
	noFile, _ := limits.LookupResource("nofile")
	key := EffectiveKey{"net.core.somaxconn", []EffectiveKeyHost{{h, h.KernelSetting("net.core.somaxconn")}}}
	limit := EffectiveLimit{"nofile", []EffectiveLimitHost{{h, h.ServiceLimit(noFile)}}}
	for _, c := range []struct {
		file, format string
		picture      Picture
		change       func(*Options)
	}{
		{"key.txt", "text", key, func(*Options) {}},
		{"key-40.txt", "text", key, func(o *Options) { o.Width = 40 }},
		{"key-color.txt", "text", key, func(o *Options) { o.Color = true }},
		{"key-verbose.txt", "text", key, func(o *Options) { o.Verbose = true }},
		{"key.json", "json", key, func(*Options) {}},
		{"limit.txt", "text", limit, func(*Options) {}},
		{"limit.json", "json", limit, func(*Options) {}},
	} {
		o := options()
		c.change(&o)
		var b bytes.Buffer
		if err := Show(&b, c.picture, c.format, o); err != nil {
			t.Fatal(err)
		}
		golden(t, "effective-"+c.file, b.Bytes())
	}
}
