package appconf

import (
	"regexp"
	"strings"

	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
)

// nodeServers are what the servers of node's own modules speak: an HTTP/2 server
// without TLS takes no HTTP/1 (lib/internal/http2/core.js).
var nodeServers = map[string]Protocol{
	"http.createServer": HTTP1, "http.Server": HTTP1, "https.createServer": TLS, "https.Server": TLS,
	"http2.createServer": HTTP2, "http2.createSecureServer": TLS,
}

// A framework makes a server of its own that speaks HTTP/1, unless its options say
// otherwise.
type framework struct{ otherwise func() *regexp.Regexp }

// frameworkModules are the frameworks whose listen() starts a server.
var frameworkModules = map[string]framework{
	"express": {}, "koa": {}, "connect": {}, "polka": {},
	"fastify":       {syntax.Pattern(`\b(?:http2|https|serverFactory)\b`)},
	"restify":       {syntax.Pattern(`\b(?:certificate|key|http2|httpsServerOptions)\b`)},
	"@nestjs/core":  {syntax.Pattern(`\b(?:httpsOptions|createMicroservice|connectMicroservice|http2)\b`)},
	"@hapi/hapi":    {syntax.Pattern(`\b(?:tls|listener)\b`)},
	"@fastify/core": {syntax.Pattern(`\b(?:http2|https|serverFactory)\b`)},
}

// otherServers matches what may start a server that speaks something else.
var otherServers = syntax.Pattern(`['"](?:@grpc/grpc-js|grpc|spdy|http2-express-bridge|uWebSockets\.js|@connectrpc/connect-node)['"]`)

// A nodeSpeech is what is known of the servers of one script.
type nodeSpeech struct {
	*reading
	file    *source.File
	modules moduleNames
	made    map[string]string
}

func newNodeSpeech(r *reading, f *source.File) *nodeSpeech {
	n := &nodeSpeech{reading: r, file: f, modules: modulesOf(f.Text)}
	n.made = n.modules.frameworks(f.Text)
	if m := otherServers().FindStringIndex(f.Text); m != nil {
		r.puzzle("speaks", source.Span{File: f, Start: m[0], End: m[1]}, rankAssigned, "a module that may speak another protocol is used")
	}
	return n
}

// create notes a server that a function makes: "createServer" of the object
// "http", or of none.
func (n *nodeSpeech) create(object, function string, at source.Span) {
	name := object + "." + function
	switch module, known := n.modules[object]; {
	case object == "":
		name = n.modules[function]
	case known:
		name = module + "." + function
	case n.defines(object):
		name = ""
	}
	if p, ok := nodeServers[name]; ok {
		n.speaks(p, at, rankOption)
	} else {
		n.unknownServer(at)
	}
}

// required notes a server that require('http').createServer() makes.
func (n *nodeSpeech) required(module, function string, at source.Span) {
	if p, ok := nodeServers[strings.TrimPrefix(module, "node:")+"."+function]; ok {
		n.speaks(p, at, rankOption)
	}
}

// listen notes a server that a framework's listen() starts.
func (n *nodeSpeech) listen(receiver string, at source.Span) {
	module, ok := n.made[receiver]
	if !ok {
		module, _, _ = cutMember(n.modules[receiver])
	}
	f, known := frameworkModules[module]
	switch {
	case !known:
		n.unknownServer(at)
	case f.otherwise != nil && f.otherwise().MatchString(n.file.Text):
		n.puzzle("speaks", at, rankOption, "an option may make it speak another protocol")
	default:
		n.speaks(HTTP1, at, rankOption)
	}
}

// nothingTells is why it is not known what a server speaks of which a script says
// nothing: it is told to nobody.
const nothingTells = "nothing tells what this server speaks"

// unknownServer notes a server of which nothing tells what it speaks. Nothing is
// taken for granted then, and there is nothing to tell.
func (n *nodeSpeech) unknownServer(at source.Span) {
	n.puzzle("speaks", at, rankOption, nothingTells)
}

// defines reports whether the script itself gives a name its value.
func (n *nodeSpeech) defines(name string) bool {
	for _, m := range definition().FindAllStringSubmatch(n.file.Text, -1) {
		if m[1] == name {
			return true
		}
	}
	return false
}

var definition = syntax.Pattern(`\b(?:const|let|var|class|function)\s+([\w$]+)`)
