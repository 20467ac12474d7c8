package nginxconf

import (
	"math/rand/v2"
	"testing"
)

// TestMended mends buffers of many sizes: nginx takes what comes out, and no
// buffer got smaller.
func TestMended(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	size := func() int64 { return (1 + r.Int64N(64)) << r.IntN(12) }
	for range 20000 {
		b := Buffers{Module: "proxy", Known: true, First: size(), Count: 1 + r.Int64N(16), Each: size(), Busy: size(), Write: size(), File: size()}
		if r.IntN(2) == 0 {
			b.Values[BufferBusy].Directives = []*Directive{{}}
		}
		if r.IntN(4) == 0 {
			b.File = 0
		}
		m := b.Mended()
		if p := m.Problem(); p != BuffersFit {
			t.Fatalf("%+v\nmended to %+v\nproblem %d", b, m, p)
		}
		if m.First != b.First || m.Each != b.Each || m.Count < b.Count {
			t.Fatalf("%+v\nmended to %+v", b, m)
		}
		if b.Problem() == BuffersFit && (m.Count != b.Count || m.Busy != b.Busy || m.Write != b.Write || m.File != b.File) {
			t.Fatalf("%+v\nfits, and became %+v", b, m)
		}
	}
}

func TestFormatSize(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 1000: "1000", 1024: "1k", 1536: "1536", 16 << 10: "16k", 1 << 20: "1m", 3 << 30: "3072m", 1<<20 + 1<<10: "1025k"} {
		if got := FormatSize(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
		if back, ok := ParseSize(FormatSize(n), false); !ok || back != n {
			t.Errorf("%s is read as %d", FormatSize(n), back)
		}
	}
}
