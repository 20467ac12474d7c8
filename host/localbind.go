package host

import (
	"net"
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

// LocalBind returns the literal address that connections to an application start
// from by a value of *_bind, and the port if there is one; "" where the kernel or a
// variable chooses the address.
func LocalBind(bind nginxconf.Value) (address, port string) {
	d := bind.Directive()
	if !bind.Known || d == nil || strings.Contains(d.Arg(0), "$") || !d.Certain() {
		return "", ""
	}
	text := d.Arg(0)
	if net.ParseIP(strings.Trim(text, "[]")) != nil {
		return text, ""
	}
	address, port, err := net.SplitHostPort(text)
	if err != nil || net.ParseIP(address) == nil || port == "0" { // nginx refuses 0
		return "", ""
	}
	return address, port
}
