package verdict

import "net/netip"

// An ipv6Reader collects the groups of an IPv6 address.
type ipv6Reader struct {
	octets [16]byte
	n      int // octets so far
	gap    int // where "::" stands; -1 for nowhere
}

// readGroups reads an IPv6 address as ngx_inet6_addr does. That is more than
// RFC 4291 allows at either end, and less: "::" must stand for two groups or
// more, and an IPv4 address at the end may have zeros at the front.
func readGroups(word string) (netip.Addr, bool) {
	r := ipv6Reader{gap: -1}
	if word != "" && word[0] == ':' {
		word = word[1:]
	}
	start := -1 // of the group, behind a colon
	digits, value := 0, 0
	for i := 0; i < len(word); i++ {
		c := word[i]
		switch {
		case c == ':' && digits > 0:
			if r.add(value); r.n == len(r.octets) {
				return netip.Addr{}, false
			}
			start, digits, value = i+1, 0, 0
		case c == ':' && r.gap < 0:
			r.gap, start = r.n, i+1
		case c == '.' && digits > 0 && start >= 0:
			ip, ok := readIPv4(word[start:])
			return r.endWith(ip, ok)
		default:
			d := hexDigit(c)
			if digits++; d < 0 || digits > 4 {
				return netip.Addr{}, false
			}
			value = value<<4 | d
		}
	}
	if digits == 0 && r.gap < 0 {
		return netip.Addr{}, false
	}
	r.add(value)
	return r.address()
}

func (r *ipv6Reader) add(group int) {
	r.octets[r.n], r.octets[r.n+1] = byte(group>>8), byte(group)
	r.n += 2
}

// endWith adds an IPv4 address at the end.
func (r *ipv6Reader) endWith(ip netip.Addr, ok bool) (netip.Addr, bool) {
	if !ok || r.n+4 > len(r.octets) || ip == broadcast {
		return netip.Addr{}, false
	}
	four := ip.As4()
	r.n += copy(r.octets[r.n:], four[:])
	return r.address()
}

// address fills the gap with zeros.
func (r *ipv6Reader) address() (netip.Addr, bool) {
	if full := r.n == len(r.octets); full == (r.gap >= 0) {
		return netip.Addr{}, false
	}
	if r.gap >= 0 {
		tail := r.n - r.gap
		copy(r.octets[len(r.octets)-tail:], r.octets[r.gap:r.n])
		clear(r.octets[r.gap : len(r.octets)-tail])
	}
	return netip.AddrFrom16(r.octets), true
}

func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}
