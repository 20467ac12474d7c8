package verdict

import (
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

// pageSize is the smallest memory page there is: what is too small here is too
// small anywhere.
const pageSize = nginxconf.PageSize

var cacheSetters = []setter{
	{cachePaths, nginxconf.InHTTP, checkCachePath},
	{"proxy_cache_valid|fastcgi_cache_valid|uwsgi_cache_valid|scgi_cache_valid", anyHTTP, checkCacheValid},
	{"proxy_cache|fastcgi_cache|uwsgi_cache|scgi_cache", anyHTTP, checkCacheOrStore},
	{"proxy_store|fastcgi_store|uwsgi_store|scgi_store", anyHTTP, checkCacheOrStore},
	{"client_body_temp_path|proxy_temp_path|fastcgi_temp_path|uwsgi_temp_path|scgi_temp_path", anyHTTP, checkTempPath},
}

var cachePathValues = []parameterValue{
	{prefix: "levels=", check: cacheLevels},
	{prefix: "use_temp_path=", reads: onOrOff, refusal: `invalid use_temp_path value "%s", it must be "on" or "off"`},
	{prefix: "keys_zone=", check: keysZone},
	{prefix: "inactive=", reads: seconds, refusal: `invalid inactive value "%s"`},
	{prefix: "max_size=", reads: anOffset, refusal: `invalid max_size value "%s"`},
	{prefix: "min_free=", reads: anOffset, refusal: `invalid min_free value "%s"`},
	{prefix: "loader_files=", reads: aNumber, refusal: `invalid loader_files value "%s"`},
	{prefix: "loader_sleep=", reads: milliseconds, refusal: `invalid loader_sleep value "%s"`},
	{prefix: "loader_threshold=", reads: milliseconds, refusal: `invalid loader_threshold value "%s"`},
	{prefix: "manager_files=", reads: aNumber, refusal: `invalid manager_files value "%s"`},
	{prefix: "manager_sleep=", reads: milliseconds, refusal: `invalid manager_sleep value "%s"`},
	{prefix: "manager_threshold=", reads: milliseconds, refusal: `invalid manager_threshold value "%s"`},
}

func checkCachePath(s *statement) {
	s.parameterValues(1, cachePathValues)
	if i, zone := s.Param("keys_zone"); i > 0 && strings.HasPrefix(zone, ":") && len(s.out) == 0 {
		s.refuseAs(InvalidParameter, -1, needsKeysZone, s.Name)
	}
}

const needsKeysZone = `"%s" must have "keys_zone" parameter`

// cacheLevels reads one to three levels of one or two letters each.
func cacheLevels(value string) string {
	for n, level := range strings.Split(value, ":") {
		if value != "" && (n > 2 || level != "1" && level != "2") {
			return `invalid "levels" "%s"`
		}
	}
	return ""
}

func keysZone(value string) string {
	return zoneSizeRefusal(value, 2*pageSize, `invalid keys zone size "%s"`, `keys zone "%s" is too small`)
}

// zoneSizeRefusal reads NAME:SIZE.
func zoneSizeRefusal(value string, least int64, invalid, small string) string {
	_, text, ok := strings.Cut(value, ":")
	size, reads := nginxconf.ParseSize(text, false)
	switch {
	case !ok || !reads:
		return invalid
	case size < least:
		return small
	}
	return ""
}

// checkCacheValid finds a status beyond those of HTTP; what releases before
// 1.22.0 take is not claimed.
func checkCacheValid(s *statement) {
	for i := 0; i+1 < len(s.Args); i++ {
		if n, ok := nginxconf.ParseNumber(s.Args[i].Text); ok && n > 599 && s.judge.version.Since("1.22.0") {
			s.refuseWord(i, `invalid status "%s"`, s.Args[i].Text)
		}
	}
}

// checkCacheOrStore finds the second of two that exclude each other on one
// level.
func checkCacheOrStore(s *statement) {
	protocol, own, _ := strings.Cut(s.Name, "_")
	other := protocol + "_cache"
	if own == "cache" {
		other = protocol + "_store"
	}
	if s.Arg(0) == "off" || !s.plain(0) || !s.Certain() {
		return
	}
	for _, d := range s.scope.Items() {
		switch {
		case d == s.Directive:
			return
		case d.Name == other && d.Arg(0) != "off" && d.Certain():
			s.refuse(-1, `"%s" directive is incompatible with "%s"`, s.Name, other)
			return
		}
	}
}

// checkTempPath reads the levels of a folder for temporary files.
func checkTempPath(s *statement) {
	sum := int64(0)
	for i := 1; i < len(s.Args); i++ {
		n, ok := nginxconf.ParseNumber(s.Args[i].Text)
		if !ok || n == 0 {
			s.refuseWord(i, `"%s" directive invalid value`, s.Name)
			return
		}
		sum += min(n, 100)
	}
	if sum > 10 {
		s.refuseWord(len(s.Args)-1, `"%s" directive invalid value`, s.Name)
	}
}
