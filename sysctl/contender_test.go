package sysctl

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/source"
)

// fates prints contenders one a line: place, fate, who overrules it, why.
func fates(list []Contender) string {
	var b strings.Builder
	for _, c := range list {
		fmt.Fprintf(&b, "%s %s", strings.TrimPrefix(c.Line.Span.String(), "/etc/sysctl.d/"), c.Fate)
		if c.By != nil {
			fmt.Fprintf(&b, " by %s", strings.TrimPrefix(c.By.Span.String(), "/etc/sysctl.d/"))
		}
		if c.Why != "" {
			fmt.Fprintf(&b, " (%s)", c.Why)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestContenders(t *testing.T) {
	for _, c := range []struct {
		key, want string
		files     []string
	}{
		{"net.core.somaxconn", "", []string{"net.core.somaxconn_x = 1\n# net.core.somaxconn = 2"}},
		{"net/core/somaxconn", "a.conf:1:1 overruled by b.conf:1:1\nb.conf:1:1 in force\n", []string{"net.core.somaxconn = 1", "net/core/somaxconn = 2"}},
		{"net.core.somaxconn", "a.conf:1:1 overruled by a.conf:2:1\na.conf:2:1 in force\n", []string{"net.core.somaxconn = 1\nnet.core.somaxconn = 1"}},
		// A pattern yields wherever it stands, even to a line that the kernel rejects.
		{"net.core.somaxconn", "b.conf:1:1 yielding by a.conf:1:1\na.conf:1:1 in force\n", []string{"net.core.somaxconn = 1", "net.core.* = 2"}},
		{"net.core.somaxconn", "a.conf:1:1 refused (\"4k\" is not a number the kernel reads)\nb.conf:1:1 yielding by a.conf:1:1\n", []string{"net.core.somaxconn = 4k", "net.core.* = 2"}},
		{"net.core.somaxconn", "a.conf:1:1 overruled by b.conf:1:1\nb.conf:1:1 in force\n", []string{"net.core.* = 1", "net.core.so* = 2"}},
		{"net.core.somaxconn", "a.conf:1:1 excluded by b.conf:1:1\nb.conf:1:1 excluding\n", []string{"net.core.* = 1", "-net.core.somaxconn"}},
		// systemd-sysctl drops the line before the exclusion, sysctl writes it.
		{"net.core.somaxconn", "a.conf:1:1 excluded by b.conf:1:1\nb.conf:1:1 excluding\n", []string{"net.core.somaxconn = 1", "-net.core.somaxconn"}},
		{"net.core.somaxconn", "a.conf:1:1 excluding\nb.conf:1:1 in force\n", []string{"-net.core.somaxconn", "net.core.somaxconn = 1"}},
		// The last line counts at boot, even where the kernel rejects it.
		{"net.core.somaxconn", "a.conf:1:1 overruled by b.conf:1:1\nb.conf:1:1 refused (\"4k\" is not a number the kernel reads)\n", []string{"net.core.somaxconn = 1", "net.core.somaxconn = 4k"}},
		// Lines that the loaders cannot use.
		{"net.core.somaxconn", "a.conf:1:1 unusable (the byte order mark becomes part of the key)\na.conf:2:1 unusable (no \"=\": the loaders skip the line)\na.conf:3:1 unusable (the key contains a blank)\n",
			[]string{"\ufeffnet.core.somaxconn = 1\nnet.core.somaxconn: 4\nsysctl -w net.core.somaxconn=5"}},
		{"net.core.somaxconn", "a.conf:1:1 undecided (a blank follows the dash: systemd-sysctl skips it, procps takes it for part of the key)\n", []string{"- net.core.somaxconn = 1"}},
		// Templates.
		{"net.core.somaxconn", "a.conf:1:1 overruled by b.conf:1:1\nb.conf:1:1 in force\n", []string{"net.core.somaxconn = 3", "net.core.somaxconn = 1"}},
		{"net.core.somaxconn", "a.conf:1:1 undecided (template tag)\nb.conf:1:1 in force\n", []string{"net.core.somaxconn = {{ n }}", "net.core.somaxconn = 1"}},
		{"net.core.somaxconn", "a.conf:2:1 undecided (template tag)\n", []string{"{% if n %}\nnet.core.somaxconn = 1\n{% endif %}"}},
		{"net.core.somaxconn", "a.conf:1:1 undecided (pattern in a notation that is not evaluated)\n", []string{"net.core.[[:alpha:]]* = 1"}},
		// Two names of one variable, and a key that changes another one.
		{"net.netfilter.nf_conntrack_max", "a.conf:1:1 overruled by b.conf:1:1\nb.conf:1:1 in force\n", []string{"net.netfilter.nf_conntrack_max = 1", "net.nf_conntrack_max = 2"}},
		{"vm.dirty_ratio", "a.conf:1:1 undecided (vm.dirty_bytes changes it as well)\n", []string{"vm.dirty_ratio = 10", "vm.dirty_bytes = 100000"}},
		{"net.ipv4.tcp_rmem", "a.conf:1:1 overruled by b.conf:1:1\nb.conf:1:1 in force\n", []string{"net.ipv4.tcp_rmem = 4096 4096 4096", "net.ipv4.tcp_rmem = 8192 8192 8192"}},
	} {
		if diff := cmp.Diff(c.want, fates(host(t, c.files...).Contenders(c.key))); diff != "" {
			t.Errorf("%s %q: %s", c.key, c.files, diff)
		}
	}
}

func TestDoubt(t *testing.T) {
	for _, c := range []struct {
		key, want string
		files     []string
	}{
		{"net.core.somaxconn", "", nil},
		{"net.core.somaxconn", `systemd-sysctl leaves "4096" behind, sysctl "1"`, []string{"net.core.somaxconn = 1", "net.core.somaxconn = 4k"}},
		{"net.core.somaxconn", "a template tag decides the value", []string{"net.core.somaxconn = {{ n }}"}},
		{"vendor.own", "no file sets it, and its default is not known here", nil},
		{"net.ipv4.tcp_tw_recycle", "the kernel may not have it", nil},
		{"net.ipv4.conf.eth0.rp_filter", "no file sets it, and an interface takes over what conf.default holds when it appears", nil},
		{"fs.nr_open", "no file sets it, and the kernel's default is no single figure", nil},
		{"net.ipv4.route.flush", "the key can only be written", nil},
	} {
		if got := host(t, c.files...).Doubt(c.key).Why; got != c.want {
			t.Errorf("%s %q: %q, want %q", c.key, c.files, got, c.want)
		}
	}
	s, _ := Load(source.NewStore(failing{source.Memory{"/etc/sysctl.d/a.conf": ""}, []string{"/etc/sysctl.d/a.conf"}}).View("/"), Options{Kernel: "6.1"})
	if got := s.Doubt("net.core.somaxconn").Why; got != "a file that cannot be read may set it" {
		t.Error(got)
	}
}
