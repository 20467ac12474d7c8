package nginxconf

import "strings"

// A Context is a set of places a directive may stand in. Zero is none: the body
// of a block that does not hold nginx's own directives.
type Context uint32

// The contexts, one bit each. An "if" is told by where it stands.
const (
	InMain Context = 1 << iota
	InEvents
	InHTTP
	InServer
	InLocation
	InServerIf
	InLocationIf
	InLimitExcept
	InUpstream
	InStream
	InStreamServer
	InStreamUpstream
	InMail
	InMailServer
	InMgmt
	InOIDCProvider
	InACMEIssuer
	InRTMP
	InRTMPServer
	InRTMPApplication
	InRTMPRecorder
	InProcesses
	InProcess
)

// contextNames are the names the directive tables use.
var contextNames = [...]string{
	"main", "events", "http", "server", "location", "if-in-server", "if-in-location", "limit_except", "upstream",
	"stream", "stream-server", "stream-upstream", "mail", "mail-server", "mgmt", "oidc_provider", "acme_issuer",
	"rtmp", "rtmp-server", "rtmp-application", "rtmp-recorder", "processes", "process",
}

// String lists the contexts, separated by commas.
func (c Context) String() string {
	var names []string
	for i, name := range contextNames {
		if c&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}
