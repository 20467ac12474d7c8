package verdict

import "github.com/tunelint/tunelint/nginxconf"

var serverClosings = []closing{
	{nginxconf.InStreamServer | nginxconf.InMailServer, checkListens},
}

// checkListens finds a server of stream or mail that listens on nothing.
func checkListens(b *block) {
	if b.scope.Directive == nil || len(b.scope.Own("listen")) > 0 || !b.whole() {
		return
	}
	b.refuse(UndefinedReference, b.scope.Directive, -1, `no "listen" is defined for server`)
	b.out[len(b.out)-1].At = b.scope.Directive.StopSpan()
}

// streamServers finds servers of stream that do nothing with a connection. From
// 1.25.5 on nginx takes them.
func streamServers(j *judge) []Verdict {
	stream := j.blockOf(nginxconf.InStream)
	if stream == nil || j.version.Since(sharedAddresses) || j.config.Hidden() != nil || j.unexpected() {
		return nil
	}
	var out []Verdict
	for _, s := range stream.Children {
		if s.Context == nginxconf.InStreamServer && !handled(s) {
			out = append(out, lacking(s, "no handler for server"))
		}
	}
	return out
}

// handled reports whether a directive of a server may say what happens.
func handled(s *nginxconf.Scope) bool {
	for _, d := range s.Items() {
		switch d.Name {
		case "proxy_pass", "return", "pass", "js_content":
			return true
		}
		if !isOwn(d.Name, s.Context) {
			return true
		}
	}
	return false
}
