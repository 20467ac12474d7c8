package sysctl

import (
	"strings"
	"testing"
)

// The numbers that the package says a refused value leaves in force are those the
// kernel then holds, before the ones it held.
func TestStoredAgainstTheKernel(t *testing.T) {
	kernel, asked := runningKernel(t), 0
	inOwnNetwork(t, func() {
		for _, value := range []string{"8192 x 1", "8192 16384 x", "x 1 2", "8192 16384 4294967296", "8192 # c", "8192 16384 # c", "8192,2,3", "-1 2 3", "8192 16k 3", "0x2000 010 z"} {
			k, _ := Lookup("net.ipv4.tcp_rmem")
			accepted, after, ok := write("net/ipv4/tcp_rmem", value)
			if !ok {
				continue
			}
			asked++
			stored := k.Stored(value, kernel)
			held := strings.Fields(after)
			if verdict, _ := k.Check(value, kernel); accepted || verdict != Rejected {
				t.Errorf("%q: %s, accepted %t", value, verdict, accepted)
			}
			if strings.Join(held[:len(stored)], " ") != strings.Join(stored, " ") || len(stored) < 2 && held[1] != "131072" {
				t.Errorf("%q: %v are stored, the kernel holds %q", value, stored, after)
			}
		}
	})
	if asked < 10 {
		t.Errorf("only %d answers", asked)
	}
}
