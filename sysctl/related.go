package sysctl

// Aliases returns the other names under which the kernel keeps the same
// variable (net/netfilter/nf_conntrack_standalone.c, net/ipv4/devinet.c).
func Aliases(key string) []string {
	for _, pair := range [...][2]string{
		{"net.netfilter.nf_conntrack_max", "net.nf_conntrack_max"},
		{"net.ipv4.ip_forward", "net.ipv4.conf.all.forwarding"},
	} {
		switch key {
		case pair[0]:
			return pair[1:]
		case pair[1]:
			return pair[:1]
		}
	}
	return nil
}

// rivals returns the keys whose assignment changes this one too: setting one of
// a pair of limits zeroes the other (mm/page-writeback.c, mm/util.c), forwarding
// rewrites what a router must not accept (net/ipv4/devinet.c), and some keys of
// conf.all are copied to conf.default (net/ipv6/addrconf.c).
func rivals(key string) []string {
	switch key {
	case "vm.dirty_ratio":
		return []string{"vm.dirty_bytes"}
	case "vm.dirty_bytes":
		return []string{"vm.dirty_ratio"}
	case "vm.dirty_background_ratio":
		return []string{"vm.dirty_background_bytes"}
	case "vm.dirty_background_bytes":
		return []string{"vm.dirty_background_ratio"}
	case "vm.overcommit_ratio":
		return []string{"vm.overcommit_kbytes"}
	case "vm.overcommit_kbytes":
		return []string{"vm.overcommit_ratio"}
	case "net.ipv4.conf.all.accept_redirects", "net.ipv4.conf.default.accept_redirects", "net.ipv4.conf.default.forwarding":
		return []string{"net.ipv4.ip_forward", "net.ipv4.conf.all.forwarding"}
	case "net.ipv6.conf.default.forwarding":
		return []string{"net.ipv6.conf.all.forwarding"}
	case "net.ipv6.conf.default.disable_ipv6":
		return []string{"net.ipv6.conf.all.disable_ipv6"}
	}
	return nil
}

// rival returns the last line that assigns one of the key's rivals.
func (x *index) rival(key string) *Line {
	v := variable{names: rivals(key)}
	lines := v.manualWrites(x)
	if len(lines) == 0 {
		return nil
	}
	return lines[len(lines)-1]
}
