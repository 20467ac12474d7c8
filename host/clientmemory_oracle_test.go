package host_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tunelint/tunelint/nginxconf/nginxtest"
	"github.com/tunelint/tunelint/source/realpart"
)

// TestClientMemory holds the real nginx to what a client takes that stays connected
// after an answer: some 1 KiB, and with TLS between 8 and 32 KiB.
func TestClientMemory(t *testing.T) {
	certificate, key := selfSigned(t)
	const conf = `events { worker_connections 4096; }
worker_rlimit_nofile 8192;
http {
    access_log off; keepalive_timeout 600s;
    server { listen unix:plain.sock; return 200 ok; }
    server { listen unix:tls.sock ssl; ssl_certificate tls.crt; ssl_certificate_key tls.key; return 200 ok; }
}
`
	for _, n := range nginxtest.All(t) {
		t.Run(n.Version, func(t *testing.T) {
			dir := n.Start(t, map[string]string{"nginx.conf": conf, "tls.crt": certificate, "tls.key": key}, "plain.sock")
			pid, err := os.ReadFile(filepath.Join(dir, "pid"))
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range []struct {
				socket      string
				least, most int64
			}{{"plain.sock", 100, 1100}, {"tls.sock", 8 << 10, 32 << 10}} {
				connectClients(t, filepath.Join(dir, c.socket), 50) // what is allocated once
				before, clients := privateMemory(t, string(pid)), int64(600)
				connectClients(t, filepath.Join(dir, c.socket), int(clients))
				if each := (privateMemory(t, string(pid)) - before) / clients; each < c.least || each > c.most {
					t.Errorf("%s: %d B for each client, want %d to %d", c.socket, each, c.least, c.most)
				}
			}
		})
	}
}

// connectClients sends a request on each of some connections, which stay open until
// the test ends.
func connectClients(t *testing.T, socket string, n int) {
	t.Helper()
	for range n {
		c, err := net.Dial("unix", socket)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(socket, "tls.sock") {
			c = tls.Client(c, &tls.Config{InsecureSkipVerify: true})
		}
		t.Cleanup(func() { c.Close() })
		fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
		answer, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, answer.Body); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(100 * time.Millisecond) // until nginx has put the last ones aside
}

// privateMemory is what a process has for itself, in bytes.
func privateMemory(t *testing.T, pid string) int64 {
	t.Helper()
	data, err := os.ReadFile("/proc/" + strings.TrimSpace(pid) + "/smaps_rollup")
	if err != nil {
		realpart.Lacking(t, "smaps_rollup")
	}
	sum := int64(0)
	for line := range strings.Lines(string(data)) {
		if f := strings.Fields(line); len(f) > 1 && strings.HasPrefix(f[0], "Private_") {
			kb, err := strconv.ParseInt(f[1], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			sum += kb << 10
		}
	}
	return sum
}

// selfSigned returns a certificate and its key in PEM.
func selfSigned(t *testing.T) (certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"localhost"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalECPrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	block := func(kind string, data []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: data}))
	}
	return block("CERTIFICATE", der), block("EC PRIVATE KEY", secret)
}
