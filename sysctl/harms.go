package sysctl

import "slices"

// A Harm is what the values of one key from Least to Most do to whatever runs on a
// machine.
type Harm struct {
	Key         string
	Least, Most int64
	// Severe reports that connections, throughput or memory are lost for sure; else
	// the value only wants a reason.
	Severe bool
	// Does may hold %d for a thousandth of the value. Instead is what to do where
	// there is something to add, else "".
	Does, Instead string
	// Loss is what goes with the line where the default is better for nearly
	// everybody; "" where it depends.
	Loss string
}

// Harms returns the values that guides pass on and that hurt, by key
// (Documentation/networking/ip-sysctl, net/ipv4/tcp_timer.c, tcp(7)).
func Harms() []Harm { return slices.Clone(harms) }

const severe, mild = true, false

var harms = []Harm{
	{"kernel.modules_disabled", 1, 1, mild, "no module can be loaded any more, connection tracking and bridges among them",
		"load what is needed in /etc/modules-load.d first", ""},
	{"net.core.netdev_max_backlog", 100000, anyNumber, mild, "packets may wait for a busy processor, %d ms at a million a second",
		"raise it only as far as the second column of /proc/net/softnet_stat grows", ""},
	{"net.ipv4.tcp_abort_on_overflow", 1, anyNumber, severe, "in a burst that fills the accept queue clients are reset instead of trying again after a second",
		"raise the backlog and net.core.somaxconn", "where the queue is full for long, clients are told at once"},
	{"net.ipv4.tcp_moderate_rcvbuf", 0, 0, severe, "receive buffers stay at the middle number of tcp_rmem, so uploads from afar are slow",
		"", "connections may use memory up to the third number of tcp_rmem"},
	{"net.ipv4.tcp_mtu_probing", 2, anyNumber, mild, "every connection starts with segments of tcp_base_mss, 1024 bytes, lost packets or not",
		"1 does so only after losses", ""},
	{"net.ipv4.tcp_orphan_retries", 1, 1, mild, "what a server has not sent when it closes is given up after one repeat",
		"0 means 8 tries", ""},
	{"net.ipv4.tcp_retries2", 0, 5, mild, "a connection without acknowledgement is given up after seconds, RFC 1122 asks for 100 s, which is 8",
		"TCP_USER_TIMEOUT does so for one program", ""},
	{"net.ipv4.tcp_sack", 0, 0, severe, "where several packets are lost, one is repeated in each round trip",
		"the flaws of 2019 are mended in the kernel", "it no longer guards a kernel of before June 2019"},
	{"net.ipv4.tcp_synack_retries", 0, 1, mild, "a client whose first packets are lost has three seconds to connect",
		"", ""},
	{"net.ipv4.tcp_syncookies", 0, 0, severe, "a flood of SYN packets, or a burst beyond three quarters of tcp_max_syn_backlog, keeps clients out",
		"", "cookies are sent when the queue is full, as by default"},
	{"net.ipv4.tcp_syncookies", 2, anyNumber, severe, "every connection is made with a cookie, which is meant for tests and loses options of the client",
		"1 does so only when the queue is full", "cookies are sent only when the queue is full, as by default"},
	{"net.ipv4.tcp_timestamps", 0, 0, severe, "round trips are measured badly, old segments are not told from new ones, and tcp_tw_reuse does nothing",
		"", "before kernel 4.10 peers can tell for how long the machine has run"},
	{"net.ipv4.tcp_window_scaling", 0, 0, severe, "no connection has more than 64 KiB under way: 5 Mbit/s at 100 ms",
		"", "connections may use memory up to the third numbers of tcp_rmem and tcp_wmem"},
}

// anyNumber is more than a key takes.
const anyNumber = 1 << 32
