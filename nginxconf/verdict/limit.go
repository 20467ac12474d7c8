package verdict

import (
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

var limitSetters = []setter{
	{"limit_req_zone", nginxconf.InHTTP, checkLimitZone},
	{"limit_conn_zone", nginxconf.InHTTP | nginxconf.InStream, checkLimitZone},
	{"limit_req", anyHTTP, checkLimitReq},
	{"limit_conn", anyHTTP | anyStream, checkLimitConn},
	{"zone", nginxconf.InUpstream | nginxconf.InStreamUpstream, checkUpstreamZone},
}

var limitZoneValues = []parameterValue{
	{prefix: "zone=", check: limitZone},
	{prefix: "rate=", check: limitRate},
}

var limitReqValues = []parameterValue{
	{prefix: "burst=", reads: aCount, refusal: `invalid burst value "%s"`},
	{prefix: "delay=", reads: aCount, refusal: `invalid delay value "%s"`},
}

// leastZone is the smallest zone but for caches.
const leastZone = 8 * pageSize

func limitZone(value string) string {
	return zoneSizeRefusal(value, leastZone, `invalid zone size "%s"`, `zone "%s" is too small`)
}

// limitRate reads a whole number, which may have "r/s" or "r/m" behind it.
func limitRate(value string) string {
	number := strings.TrimSuffix(value, "r/s")
	if number == value {
		number = strings.TrimSuffix(value, "r/m")
	}
	if n, ok := nginxconf.ParseNumber(number); !ok || n == 0 {
		return `invalid rate "%s"`
	}
	return ""
}

func checkLimitZone(s *statement) {
	s.parameterValues(1, limitZoneValues)
	if i, zone := s.Param("zone"); i > 0 && strings.HasPrefix(zone, ":") && len(s.out) == 0 {
		s.refuseAs(InvalidParameter, -1, needsZone, s.Name)
	}
}

func checkLimitReq(s *statement) {
	s.parameterValues(0, limitReqValues)
	if i, zone := s.Param("zone"); i >= 0 {
		s.checkOnce(func(d *nginxconf.Directive) bool {
			_, other := d.Param("zone")
			return other == zone
		})
	}
}

func checkLimitConn(s *statement) {
	s.checkOnce(func(d *nginxconf.Directive) bool { return d.Arg(0) == s.Arg(0) })
	switch n, ok := nginxconf.ParseNumber(s.Arg(1)); {
	case !ok || n == 0:
		s.refuseWord(1, `invalid number of connections "%s"`, s.Arg(1))
	case n > 65535:
		s.refuseWord(1, "connection limit must be less 65536", "")
	}
}

// checkOnce finds a directive of the name further up in the scope that sets the
// same.
func (s *statement) checkOnce(same func(d *nginxconf.Directive) bool) {
	if !s.Certain() {
		return
	}
	for _, d := range s.scope.Own(s.Name) {
		if d == s.Directive {
			return
		}
		if same(d) && d.Certain() {
			s.refuseAs(DuplicateDirective, -1, `"%s" directive is duplicate`, s.Name)
			return
		}
	}
}

func checkUpstreamZone(s *statement) {
	if s.Arg(0) == "" {
		s.refuseWord(0, `invalid zone name "%s"`, "")
	}
	if size, ok := nginxconf.ParseSize(s.Arg(1), false); ok && size < leastZone && len(s.Args) > 1 {
		s.refuseWord(1, `zone "%s" is too small`, s.Arg(0))
	}
}
