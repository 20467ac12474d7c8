package verdict

import (
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

// A zoneReader finds the zones that a directive names.
type zoneReader func(u zoneUse, found func(zoneUse))

var zoneReaders = map[string]zoneReader{
	"limit_req_zone":     zoneParameter("zone=", "limit_req"),
	"limit_conn_zone":    zoneParameter("zone=", "limit_conn"),
	"limit_req":          limitedZones,
	"limit_conn":         zoneArgument("limit_conn"),
	"zone":               zoneArgument("upstream"),
	"lua_shared_dict":    zoneArgument("lua"),
	"sticky":             zoneParameter("zone=", "sticky"),
	"proxy_cache_path":   zoneParameter("keys_zone=", "proxy_cache"),
	"fastcgi_cache_path": zoneParameter("keys_zone=", "fastcgi_cache"),
	"uwsgi_cache_path":   zoneParameter("keys_zone=", "uwsgi_cache"),
	"scgi_cache_path":    zoneParameter("keys_zone=", "scgi_cache"),
	"proxy_cache":        cacheZone,
	"fastcgi_cache":      cacheZone,
	"uwsgi_cache":        cacheZone,
	"scgi_cache":         cacheZone,
	"ssl_session_cache":  sharedZone("ssl"),
	"ssl_ocsp_cache":     sharedZone("ocsp"),
}

// zoneParameter reads name:size behind a prefix; of several the last one counts.
func zoneParameter(prefix, user string) zoneReader {
	return func(u zoneUse, found func(zoneUse)) {
		u.user = user
		for i := len(u.directive.Args) - 1; i >= 0; i-- {
			value, ok := strings.CutPrefix(u.directive.Args[i].Text, prefix)
			if !ok {
				continue
			}
			name, size, _ := strings.Cut(value, ":")
			u.name, u.size, u.arg = name, sizeOf(size), i
			found(u)
			return
		}
	}
}

// limitedZones reads the names in limit_req; nginx notes each of several.
func limitedZones(u zoneUse, found func(zoneUse)) {
	for i, a := range u.directive.Args {
		if name, ok := strings.CutPrefix(a.Text, "zone="); ok {
			u.name, u.user, u.arg = name, "limit_req", i
			found(u)
		}
	}
}

// zoneArgument reads a name and, but for limit_conn, its size.
func zoneArgument(user string) zoneReader {
	return func(u zoneUse, found func(zoneUse)) {
		u.name, u.user = u.directive.Arg(0), user
		if len(u.directive.Args) > 1 && user != "limit_conn" {
			u.size = sizeOf(u.directive.Arg(1))
		}
		found(u)
	}
}

func cacheZone(u zoneUse, found func(zoneUse)) {
	u.name, u.user = u.directive.Arg(0), u.directive.Name
	if u.name != "off" && !strings.Contains(u.name, "$") {
		found(u)
	}
}

func sharedZone(user string) zoneReader {
	return func(u zoneUse, found func(zoneUse)) {
		u.user = user
		for i, a := range u.directive.Args {
			if value, ok := strings.CutPrefix(a.Text, "shared:"); ok {
				name, size, _ := strings.Cut(value, ":")
				u.name, u.size, u.arg = name, sizeOf(size), i
				found(u)
			}
		}
	}
}

func sizeOf(text string) int64 {
	if n, ok := nginxconf.ParseSize(text, false); ok && n > 0 {
		return n
	}
	return unreadable
}
