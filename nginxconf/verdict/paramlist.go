package verdict

import (
	_ "embed"
	"strings"
	"sync"

	"github.com/tunelint/tunelint/nginxconf"
)

//go:embed params.tsv
var paramsTSV string

// A paramList is a directive whose parameters are a closed list: a word that is
// none of them makes nginx refuse the directive. Message and order are those of
// the setters in the C sources.
type paramList struct {
	names string            // the directives, separated by "|"
	in    nginxconf.Context // where
	key   string            // the directive's name in params.tsv; "" is names
	first int               // index of the first parameter; what stands before is a value
	words string            // further words that are known, separated by blanks

	refusal  string // what nginx says of another word
	required string // a parameter that must be there, with its "="; "" for none
	missing  string // what nginx says when it is not
	values   bool   // words without "=" are values
	ignores  bool   // other words are ignored

	// check looks at one argument more; -1 when it is fine.
	check func(d *nginxconf.Directive, v nginxconf.Version) (arg int, message string)

	params map[string]param
}

// A param is one parameter as nginx reads it: a word, or, ending in "=", what a
// word starts with.
type param struct {
	since, until string
	plus         bool
}

const (
	invalidParameter   = `invalid parameter "%s"`
	needsZone          = `"%s" must have "zone" parameter`
	anyHTTP            = nginxconf.InHTTP | nginxconf.InServer | nginxconf.InLocation | nginxconf.InLocationIf | nginxconf.InLimitExcept
	anyStream          = nginxconf.InStream | nginxconf.InStreamServer
	anyMail            = nginxconf.InMail | nginxconf.InMailServer
	tengineAndAngie    = "id= sid= forbid_action= env= ratio= sample="
	cachePaths         = "proxy_cache_path|fastcgi_cache_path|scgi_cache_path|uwsgi_cache_path"
	binds              = "proxy_bind|fastcgi_bind|scgi_bind|uwsgi_bind|grpc_bind|memcached_bind|tunnel_bind"
	certificateCaches  = "ssl_certificate_cache|proxy_ssl_certificate_cache|grpc_ssl_certificate_cache|uwsgi_ssl_certificate_cache"
	certificateCacheID = "ssl_certificate_cache|*_ssl_certificate_cache"
)

// closedLists is sorted by directive.
var closedLists = [...]paramList{
	{names: "access_log", in: anyHTTP | anyStream, first: 2, refusal: invalidParameter, check: optionForFormat},
	{names: "add_header", in: anyHTTP, first: 2, refusal: invalidParameter},
	{names: "add_trailer", in: anyHTTP, first: 2, refusal: invalidParameter},
	{names: binds, in: anyHTTP | anyStream, first: 1, refusal: invalidParameter},
	{names: cachePaths, in: nginxconf.InHTTP, first: 1, refusal: invalidParameter, required: "keys_zone=",
		missing: `"%s" must have "keys_zone" parameter`},
	{names: certificateCaches, in: anyHTTP | anyStream, key: certificateCacheID, refusal: invalidParameter, required: "max=",
		missing: `"%s" must have the "max" parameter`},
	{names: "disable_symlinks", in: anyHTTP, words: "on off if_not_owner", refusal: invalidParameter},
	{names: "error_log", in: everywhere, first: 1, refusal: `invalid log level "%s"`},
	{names: "fastcgi_param|scgi_param|uwsgi_param", in: anyHTTP, first: 2, refusal: invalidParameter},
	{names: "hash", in: nginxconf.InUpstream | nginxconf.InStreamUpstream, first: 1, refusal: invalidParameter},
	{names: "keepalive", in: nginxconf.InUpstream, first: 1, refusal: invalidParameter},
	{names: "limit_conn_zone", in: nginxconf.InHTTP | nginxconf.InStream, first: 1, refusal: invalidParameter, required: "zone=", missing: needsZone},
	{names: "limit_req", in: anyHTTP, refusal: invalidParameter, required: "zone=", missing: needsZone},
	{names: "limit_req_zone", in: nginxconf.InHTTP, first: 1, refusal: invalidParameter, required: "zone=", missing: needsZone},
	{names: "listen", in: nginxconf.InServer, first: 1, refusal: invalidParameter},
	{names: "listen", in: nginxconf.InStreamServer, first: 1, refusal: `the invalid "%s" parameter`},
	{names: "listen", in: nginxconf.InMailServer, first: 1, refusal: `the invalid "%s" parameter`},
	{names: "log_format", in: nginxconf.InHTTP | nginxconf.InStream, ignores: true, check: logEscaping},
	{names: "open_file_cache", in: anyHTTP, refusal: `invalid "open_file_cache" parameter "%s"`, required: "max=",
		missing: `"%s" must have the "max" parameter`},
	{names: "open_log_file_cache", in: anyHTTP | anyStream, refusal: `invalid "open_log_file_cache" parameter "%s"`, required: "max=",
		missing: `"%s" must have "max" parameter`},
	{names: "resolver", in: anyHTTP | anyStream | anyMail | nginxconf.InUpstream | nginxconf.InStreamUpstream, refusal: `host not found in resolver "%s"`, values: true},
	{names: "rewrite", in: everywhere, first: 2, refusal: invalidParameter},
	{names: "server", in: nginxconf.InUpstream | nginxconf.InStreamUpstream, key: "server (upstream)", first: 1, refusal: invalidParameter},
	{names: "thread_pool", in: nginxconf.InMain, first: 1, ignores: true, required: "threads=", missing: `"%s" must have "threads" parameter`},
	{names: "zone", in: nginxconf.InUpstream | nginxconf.InStreamUpstream, first: 2, refusal: invalidParameter, check: zoneSize},
}

// parameterLists returns the closed lists by directive, with their parameters.
var parameterLists = sync.OnceValue(func() map[string][]*paramList {
	rows := tableRows(paramsTSV)
	out := map[string][]*paramList{}
	for i := range closedLists {
		l := closedLists[i]
		l.read(rows)
		for name := range strings.SplitSeq(l.names, "|") {
			out[name] = append(out[name], &l)
		}
	}
	return out
})

// read collects the parameters from the rows of params.tsv.
func (l *paramList) read(rows [][]string) {
	if l.key == "" {
		l.key = l.names
	}
	l.params = map[string]param{}
	for _, scope := range l.scopes() {
		for _, cells := range rows {
			name, kind := cells[1], cells[2]
			if cells[0] != l.key || cells[5] != scope || !isParameter(name, kind) {
				continue
			}
			if _, known := l.params[name]; !known {
				l.params[name] = param{since: cells[3], until: cells[8], plus: cells[6] == "plus"}
			}
		}
	}
	for _, word := range strings.Fields(l.words + " " + tengineAndAngie) {
		if _, known := l.params[word]; !known {
			l.params[word] = param{plus: strings.HasSuffix(word, "=")}
		}
	}
}

// scopes returns the scopes of params.tsv that a list reads, the nearest first.
// Where http and stream share a setter the table has its rows under http.
func (l *paramList) scopes() []string {
	switch {
	case l.names == "listen" && l.in&nginxconf.InServer != 0:
		return []string{"http"}
	case l.names == "listen" && l.in&nginxconf.InStreamServer != 0:
		return []string{"stream"}
	case l.names == "listen":
		return []string{"mail"}
	case l.in == nginxconf.InMain:
		return []string{"core"}
	case l.in == everywhere:
		return []string{"all", "http"}
	}
	return []string{"http", "stream", "mail"}
}

// isParameter tells parameters from the values the table lists beside them.
func isParameter(name, kind string) bool {
	return name == strings.ToLower(name) && !strings.ContainsAny(name, " :") && kind != "destination"
}
