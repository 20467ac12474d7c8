package sysctl

import (
	"testing"

	"github.com/tunelint/tunelint/source"
)

func TestSetKey(t *testing.T) {
	const key = "net.ipv4.tcp_mtu_probing"
	for text, want := range map[string]string{
		"net.ipv4.ip_no_pmtu_disc = 1\n":       "net.ipv4.tcp_mtu_probing = 1\n",
		"# a\n\t/net/ipv4/ip_no_pmtu_disc=1":   "# a\n\tnet.ipv4.tcp_mtu_probing=1",
		"-net.ipv4.ip_no_pmtu_disc\t=\t2 \r\n": "-net.ipv4.tcp_mtu_probing\t=\t2 \r\n",
	} {
		f := source.NewFile("/f", text)
		l := Parse(f).Lines[0]
		got := source.Apply(f, []source.Edit{l.SetKey(key)})
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
		if again := Parse(source.NewFile("/f", got)).Lines[0]; again.Key != key || again.Value != l.Value {
			t.Errorf("%q: read back as %q = %q", text, again.Key, again.Value)
		}
	}
}
