package rules_test

import (
	"context"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// liveClients is how many clients race at once, each with a connection of its own.
const liveClients = 256

// A liveClient talks to an nginx through a unix socket.
type liveClient struct{ http.Client }

func newLiveClient(t *testing.T, socket string) *liveClient {
	transport := &http.Transport{
		MaxIdleConnsPerHost: liveClients,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", socket)
		},
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &liveClient{http.Client{Transport: transport, Timeout: 20 * time.Second}}
}

type liveAnswer struct {
	code int
	body string
}

func (c *liveClient) get(t *testing.T, path string) liveAnswer {
	t.Helper()
	resp, err := c.Get("http://live.test" + path)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return liveAnswer{resp.StatusCode, string(body)}
}

// connections returns how many connections the application accepts while it
// answers n requests.
func (c *liveClient) connections(t *testing.T, n int) int {
	t.Helper()
	counted := func() int {
		count, err := strconv.Atoi(c.get(t, "/connections").body)
		if err != nil {
			t.Fatal(err)
		}
		return count
	}
	before := counted()
	for range n - 1 {
		c.get(t, "/")
	}
	return counted() - before
}

// race lets every client send a POST request, wait until the pause is over, some
// milliseconds sooner or later, and send another one. It returns how many failed
// and stops at the first round with any.
func (c *liveClient) race(t *testing.T, pause time.Duration, rounds int) int {
	t.Helper()
	for range rounds {
		var lost atomic.Int64
		var clients sync.WaitGroup
		for range liveClients {
			clients.Add(1)
			go func() {
				defer clients.Done()
				c.post(&lost)
				time.Sleep(pause + time.Duration(rand.IntN(30)-15)*time.Millisecond)
				c.post(&lost)
			}()
		}
		if clients.Wait(); lost.Load() > 0 {
			return int(lost.Load())
		}
	}
	return 0
}

// refused lets the clients race until some lose a request, and returns how many of
// fifty GET requests fail after that.
func (c *liveClient) refused(t *testing.T, pause time.Duration, rounds int) int {
	t.Helper()
	n := 0
	for range rounds {
		c.race(t, pause, 1)
		for range 50 {
			if c.get(t, "/").code != http.StatusOK {
				n++
			}
		}
		if n > 0 {
			break
		}
	}
	return n
}

func (c *liveClient) post(lost *atomic.Int64) {
	resp, err := c.Post("http://live.test/", "text/plain", strings.NewReader("order"))
	if err != nil {
		lost.Add(1)
		return
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != http.StatusOK {
		lost.Add(1)
	}
}

// closesAfter returns when a server closes a connection that is idle after one
// request: the soonest of several times, as what is measured on a busy machine
// comes out too late.
func closesAfter(t *testing.T, address string) time.Duration {
	t.Helper()
	times := make(chan time.Duration)
	const probes = 16
	for range probes {
		go func() {
			d, err := closedAfter(address)
			if err != nil {
				t.Error(err)
			}
			times <- d
		}()
	}
	soonest := time.Hour
	for range probes {
		soonest = min(soonest, <-times)
	}
	return soonest
}

func closedAfter(address string) (time.Duration, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: live.test\r\n\r\n"); err != nil {
		return 0, err
	}
	if _, err := conn.Read(make([]byte, 4096)); err != nil {
		return 0, err
	}
	start := time.Now()
	if err := conn.SetReadDeadline(start.Add(10 * time.Second)); err != nil {
		return 0, err
	}
	_, err = io.Copy(io.Discard, conn)
	return time.Since(start), err
}
