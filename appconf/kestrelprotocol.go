package appconf

import (
	"strings"

	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
)

var (
	kestrelSpeaks = syntax.Pattern(`\b(?:UseHttps|HttpProtocols|ListenOptions|ConfigureEndpointDefaults|ListenAnyIP|ListenLocalhost|ListenUnixSocket|AddGrpc|MapGrpcService|UseUrls)\b|\.Listen\s*\(`)
	kestrelStarts = syntax.Pattern(`\bWebApplication\s*\.\s*Create(?:Slim)?Builder\b|\bConfigureWebHostDefaults\b`)
)

// isKestrelProtocol knows the entries that name protocols.
func isKestrelProtocol(key string) bool {
	return strings.HasPrefix(key, "kestrel:endpoint") && strings.HasSuffix(key, ":protocols")
}

// kestrelProgram looks for what decides protocols in the program.
func (r *reading) kestrelProgram(f *source.File, text string) {
	if m := kestrelSpeaks().FindStringIndex(text); m != nil {
		r.puzzle("speaks", source.Span{File: f, Start: m[0], End: m[1]}, rankProgram, "the program decides what it speaks, and C# is not evaluated")
	} else if m := kestrelStarts().FindStringIndex(text); m != nil {
		r.kestrelStart = source.Span{File: f, Start: m[0], End: m[1]}
	}
}

// kestrelWords are what the values of Protocols mean without TLS: there is nothing
// to choose HTTP/2 by, so the two together are HTTP/1 (KestrelServer docs).
var kestrelWords = map[string]Protocol{"http1": HTTP1, "http2": HTTP2, "http1andhttp2": HTTP1, "http1andhttp2andhttp3": HTTP1}

// finishKestrelProtocol decides what Kestrel speaks by its endpoints, where the
// program that starts it was read or the configuration names protocols.
func (r *reading) finishKestrelProtocol() {
	entries := map[string]declaration{}
	var urls []string
	for _, d := range r.kestrelProtocols {
		old, seen := entries[d.name]
		if !seen && strings.HasSuffix(d.name, ":url") {
			urls = append(urls, d.name)
		}
		if !seen || d.rank >= old.rank {
			entries[d.name] = d
		}
	}
	general := entries["kestrel:endpointdefaults:protocols"]
	for _, name := range urls {
		own, ok := entries[strings.TrimSuffix(name, ":url")+":protocols"]
		if !ok {
			own = general
		}
		r.spoken = append(r.spoken, kestrelEndpoint(entries[name], own))
	}
	switch {
	case len(urls) > 0 && (r.kestrelStart.IsValid() || len(entries) > len(urls)):
		r.finishSpoken()
	case len(urls) > 0:
	case general.at.IsValid() || r.kestrelStart.IsValid():
		r.kestrelAlone(general)
	}
}

// kestrelEndpoint says what one endpoint speaks.
func kestrelEndpoint(url, protocols declaration) spokenSocket {
	scheme, address, _ := strings.Cut(url.text, "://")
	s := spokenSocket{address: strings.TrimSuffix(address, "/"), speaks: HTTP1, at: url.at, rank: url.rank, why: url.why}
	p, known := kestrelWords[strings.ToLower(protocols.text)]
	switch {
	case strings.EqualFold(scheme, "https"):
		s.speaks = TLS
	case !protocols.at.IsValid():
	case protocols.why != "" || !known:
		s.why = firstText(s.why, protocols.why, "these protocols are not known")
	default:
		s.speaks, s.at = p, protocols.at
	}
	return s
}

// kestrelAlone decides what Kestrel speaks at the addresses that variables name.
func (r *reading) kestrelAlone(general declaration) {
	url := declaration{at: r.kestrelStart, rank: rankAppSettings}
	for _, name := range []string{"ASPNETCORE_URLS", "URLS", "DOTNET_URLS", "ASPNETCORE_HTTPS_PORTS"} {
		if v, ok := r.env[name]; ok && (v.Why != "" || strings.Contains(v.Text, "https:") || strings.HasSuffix(name, "HTTPS_PORTS")) {
			r.puzzle("speaks", v.At, rankDotNetVariable, firstText(v.Why, "it makes Kestrel speak TLS at some of its ports"))
			return
		}
	}
	s := kestrelEndpoint(url, general)
	if s.why != "" {
		r.puzzle("speaks", general.at, rankAppSettings, s.why)
		return
	}
	r.speaks(s.speaks, s.at, rankAppSettings)
}
