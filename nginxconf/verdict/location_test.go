package verdict

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tunelint/tunelint/nginxconf"
)

func TestLocationsAndRewrites(t *testing.T) {
	type want struct {
		Kind       Kind
		Arg        int
		Message    string
		Suggestion string
	}
	for _, c := range []struct {
		in        nginxconf.Context
		statement string
		want      []want
	}{
		{nginxconf.InServer, "location == /a {}", []want{{InvalidValue, 0, `invalid location modifier "=="`, "="}}},
		{nginxconf.InServer, "location ~^ /a {}", []want{{InvalidValue, 0, `invalid location modifier "~^"`, "^~"}}},
		{nginxconf.InServer, "location ${MODIFIER} /a {}", nil},
		{nginxconf.InServer, "location ~ ^/(a {}", []want{{InvalidValue, 1, `pcre2_compile() failed: missing closing parenthesis in "^/(a"`, ""}}},
		{nginxconf.InServer, "location ~*^/[a {}", []want{{InvalidValue, 0, `pcre2_compile() failed: missing terminating ] for character class in "^/[a"`, ""}}},
		{nginxconf.InServer, "location ~ ${PATTERN}( {}", nil},
		{nginxconf.InLocation, "location @a {}", []want{{MisplacedDirective, -1, `named location "@a" can be on the server level only`, ""}}},
		{nginxconf.InLocation, "limit_except GET FETCH {}", []want{{InvalidValue, 1, `invalid method "FETCH"`, ""}}},
		{nginxconf.InServer, "return 1000;", []want{{InvalidValue, 0, `invalid return code "1000"`, ""}}},
		{nginxconf.InServer, "return ${CODE};", nil},
		{nginxconf.InServer, "if ($uri == a) {}", []want{{InvalidValue, 1, `unexpected "==" in condition`, "="}}},
		{nginxconf.InServer, "if ($uri =~ a) {}", []want{{InvalidValue, 1, `unexpected "=~" in condition`, "~"}}},
		{nginxconf.InServer, "if $uri {}", []want{{InvalidValue, 0, `invalid condition "$uri"`, ""}}},
		{nginxconf.InServer, "rewrite a '';", []want{{InvalidValue, 1, "empty replacement", ""}}},
		{nginxconf.InServer, "error_page 499 /a;", []want{{InvalidValue, 0, `invalid value "499"`, ""}}},
		{nginxconf.InServer, "error_page 404 =ok /a;", []want{{InvalidValue, 1, `invalid value "=ok"`, ""}}},
		{nginxconf.InServer, "try_files $uri =4040;", []want{{InvalidValue, 1, `invalid code "=4040"`, ""}}},
		{nginxconf.InServer, "expires @25h;", []want{{InvalidValue, 0, `"expires" directive daily time value must be less than 24 hours`, ""}}},
		{nginxconf.InServer, "root a$document_root;", []want{{InvalidValue, 0, `the $document_root variable cannot be used in the "root" directive`, ""}}},
		{nginxconf.InServer, "server_name *a;", []want{{InvalidValue, 0, `server name "*a" is invalid`, ""}}},
		{nginxconf.InServer, "valid_referers a .a;", []want{{InvalidValue, 1, `conflicting parameter ".a"`, ""}}},
	} {
		for i, place := range places {
			if place.context != c.in {
				continue
			}
			var got []want
			for _, v := range (probe{i, c.statement}).judge(t, nginxconf.Version{1, 22, 1}) {
				if v.Kind != NotEvaluated {
					got = append(got, want{v.Kind, v.Arg, v.Message, v.Suggestion})
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.statement, diff)
			}
		}
	}
}

// TestDuplicateLocations: nginx names the line of the second location, when it
// has read http.
func TestDuplicateLocations(t *testing.T) {
	c := load(t, map[string]string{"nginx.conf": "events {}\nhttp { server {\nlocation /a {}\nlocation = /a {}\nlocation ^~ /a {}\n} }\n"}, nginxconf.Options{Version: nginxconf.Version{1, 22, 1}})
	verdicts := Of(c)
	if len(verdicts) != 1 {
		t.Fatalf("%d verdicts: %v", len(verdicts), verdicts)
	}
	v := verdicts[0]
	if v.Message != `duplicate location "/a"` || v.Place().Position().Line != 5 || v.noticed().Position().Line != 6 || v.Earlier.NameSpan().Position().Line != 3 {
		t.Errorf("%q at %v, noticed at %v, earlier %v", v.Message, v.Place().Position(), v.noticed().Position(), v.Earlier.NameSpan().Position())
	}
}
