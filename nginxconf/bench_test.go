package nginxconf

import (
	"fmt"
	"testing"

	"github.com/tunelint/tunelint/source"
)

const benchmarkServer = `server {
    listen 443 ssl;
    server_name shop%[1]d.example.com www.shop%[1]d.example.com;
    access_log /var/log/nginx/shop%[1]d.log main;
    proxy_set_header Host $host;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    location / {
        proxy_pass http://10.0.0.1:3000;
        proxy_read_timeout 30s;
    }
    location ~* \.(css|js|png)$ {
        expires 30d;
        add_header Cache-Control "public, immutable";
    }
}
`

// benchmarkFiles returns a tree with that many virtual hosts, each in its file.
func benchmarkFiles(hosts int) source.Memory {
	files := source.Memory{"/etc/nginx/nginx.conf": "events {}\nhttp {\n    proxy_buffer_size 8k;\n    include sites/*;\n}\n"}
	for i := range hosts {
		files[fmt.Sprintf("/etc/nginx/sites/shop%05d", i)] = fmt.Sprintf(benchmarkServer, i)
	}
	return files
}

// BenchmarkScan reads one file's tokens.
func BenchmarkScan(b *testing.B) {
	text := fmt.Sprintf(benchmarkServer, 1)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		for s := NewScanner(text); s.Next().Kind != EOF; {
		}
	}
}

// BenchmarkParse builds one file's tree.
func BenchmarkParse(b *testing.B) {
	f := source.NewFile("/etc/nginx/shop.conf", fmt.Sprintf(benchmarkServer, 1))
	b.SetBytes(int64(len(f.Text)))
	b.ReportAllocs()
	for b.Loop() {
		if Parse(f).Err != nil {
			b.Fatal("syntax error")
		}
	}
}

// BenchmarkLoad reads and includes 1,000 files that are in memory.
func BenchmarkLoad(b *testing.B) {
	files := benchmarkFiles(1000)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Load(source.NewStore(files).View("/"), Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkEffective looks up what is in force in a location: set there, set in
// http, and set nowhere.
func BenchmarkEffective(b *testing.B) {
	c, err := Load(source.NewStore(benchmarkFiles(1)).View("/"), Options{})
	if err != nil {
		b.Fatal(err)
	}
	location := c.HTTP().Children[0].Children[0]
	b.ReportAllocs()
	for b.Loop() {
		for _, name := range []string{"proxy_read_timeout", "proxy_buffer_size", "proxy_send_timeout"} {
			if !location.Effective(name).Known {
				b.Fatal(name)
			}
		}
	}
}
