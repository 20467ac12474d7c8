package sysctl

import (
	"fmt"
	"strings"
)

const (
	lastPort          = 65535
	lastEphemeral     = 60999 // default of the second number of net.ipv4.ip_local_port_range
	firstUnprivileged = 1024  // default of net.ipv4.ip_unprivileged_port_start
)

// checkPortRange judges net.ipv4.ip_local_port_range: one or two ports, the
// second not below the first, the first not below ip_unprivileged_port_start
// (net/ipv4/sysctl_net_ipv4.c). A rejected value changes nothing.
func checkPortRange(value string) (Verdict, string) {
	list, clean := leadingNumbers(value, 2)
	if len(list) == 0 || !clean {
		return Rejected, fmt.Sprintf("%q is not a number the kernel reads", firstBad(value, len(list)))
	}
	for _, n := range list {
		if n.negative || n.size == 0 || n.size > lastPort {
			return Rejected, fmt.Sprintf("%s is no port", n)
		}
	}
	if len(list) == 2 && compare(list[0], list[1]) > 0 {
		return Rejected, "the first port is above the second"
	}
	if len(list) == 1 && list[0].size > lastEphemeral {
		return Unsure, "the first port may be above the second, which stays"
	}
	if list[0].size < firstUnprivileged {
		return Unsure, "the first port must not be below net.ipv4.ip_unprivileged_port_start, 1024 by default"
	}
	return Accepted, ""
}

// checkPortList judges net.ipv4.ip_local_reserved_ports: ports and ascending
// ranges of ports, separated by commas and nothing else (proc_do_large_bitmap
// of kernel/sysctl.c). An empty list clears it.
func checkPortList(value string) (Verdict, string) {
	if value == "" {
		return Accepted, ""
	}
	for _, part := range strings.Split(strings.TrimSuffix(value, ","), ",") {
		low, high, isRange := strings.Cut(part, "-")
		if !isRange {
			high = low
		}
		a, okA := parseNumber(low)
		b, okB := parseNumber(high)
		if !okA || !okB || a.negative || b.negative || b.size > lastPort || a.size > b.size {
			return Rejected, fmt.Sprintf("%q is no port or range of ports", part)
		}
	}
	return Accepted, ""
}
