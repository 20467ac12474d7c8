package verdict

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/nginxconf/nginxtest"
)

// valueSamples are words, good and bad, for each kind of value.
var valueSamples = map[valueKind][]string{
	flagValue:   {"on", "OFF", "yes", "1", `""`, "onn", "$x", "on1", "${ON}"},
	wordValue:   {"x", "on", "OFF", "no", `""`, "$x", "http_501", "1.1"},
	numberValue: {"0", "1", "5", "450", "1k", "-1", "+5", "1.5", `""`, "99999999999999999999", "$x"},
	sizeValue:   {"0", "512", "4K", "1m", "2g", "10kb", "10MB", "1.5m", "-1", "k", `""`, `"4 k"`, "$x"},
	offsetValue: {"0", "512", "4K", "1m", "2G", "10gb", "10MB", "-1", "g", `""`, "off", "OFF", "$x"},
	msecValue:   {"0", "30", "500ms", "60sec", "1M", "1y", `"1h 30m"`, `"1 m"`, "5ms3", "1m30", "1hm", "-1", `""`, "400w", "30m1h", "$x"},
	codeValue:   {"200", "99", "any", "ANY", "2xx", `""`, "$x", "404"},
	secValue:    {"0", "30", "5ms", "60sec", "1M", "1000y", `"1y 2M"`, "1m30", "s", "-1", `""`, "max", "MAX", "$x"},
}

// valueProbes puts samples and the words that a directive knows into every
// directive that the generic setters read, in every place it may stand in.
func valueProbes() []probe {
	var out []probe
	for def := range nginxconf.Definitions() {
		slots := valueSlots(def, max(1, min(2, def.MaxArgs)))
		if len(slots) == 0 || def.Edition != "oss" {
			continue
		}
		for place := range places {
			if def.Contexts&places[place].context == 0 {
				continue
			}
			for _, words := range sampleArgs(slots) {
				out = append(out, probe{place, def.Name + words + ";"})
			}
		}
	}
	return out
}

// sampleArgs returns the samples of the slots, one slot at a time.
func sampleArgs(slots []valueSlot) []string {
	good := map[valueKind]string{numberValue: "4", sizeValue: "8k", msecValue: "5s", secValue: "5s", codeValue: "200"}
	var out []string
	for i, slot := range slots {
		words := slices.Clone(valueSamples[slot.kind])
		for _, word := range slot.words {
			words = append(words, word, strings.ToUpper(word), word+"x", word[1:])
		}
		for _, word := range words {
			args := make([]string, len(slots))
			for k := range slots {
				args[k] = good[slots[k].kind]
			}
			args[i] = word
			out = append(out, " "+strings.Join(args, " "))
		}
	}
	return out
}

var valueRefusal = regexp.MustCompile(`directive invalid (value|number)$|^invalid (value|number|event type|status|time value) "|^value must be`)

// TestValuesLikeNginx asks the real nginx about good and bad values. What nginx
// takes must not be refused, and a refusal must be in nginx's words.
func TestValuesLikeNginx(t *testing.T) {
	compareProbes(t, sample(valueProbes(), 700), compareValue)
}

// compareValue says how verdicts on a value and nginx's word agree.
func compareValue(ok bool, message string, verdicts []Verdict) string {
	switch {
	case ok && len(verdicts) == 0:
		return "accepted alike"
	case len(verdicts) == 0 && valueRefusal.MatchString(message):
		return "missed"
	case len(verdicts) == 0:
		return "refused for something else"
	case verdicts[0].Kind == NotEvaluated:
		return "not evaluated"
	case verdicts[0].Message == message:
		return "refused alike"
	case kindOf(message) == UnknownDirective:
		return "not in this build"
	case verdicts[0].Kind == NeedsNewer || verdicts[0].Kind == Removed:
		return "too new, but carried back"
	case ok:
		return "WRONG refusal"
	}
	return "WRONG reason"
}

// TestMeantValuesLikeNginx asks the real nginx about the values that are
// suggested: it must not refuse them as values.
func TestMeantValuesLikeNginx(t *testing.T) {
	n := nginxtest.Installed(t)
	modules := n.Load(t, "ngx_stream_module.so")
	corrected := map[probe]bool{}
	for _, p := range valueProbes() {
		for _, v := range p.judge(t, versionOf(t, n)) {
			if v.Suggestion != "" {
				statement := v.Directive.Name
				for i, arg := range v.Directive.Args {
					if i == v.Arg {
						statement += " " + v.Suggestion
					} else {
						statement += " " + nginxconf.Quote(arg.Text)
					}
				}
				corrected[probe{p.place, statement + ";"}] = true
			}
		}
	}
	all := sample(slices.Collect(maps.Keys(corrected)), 200)
	nginxtest.Side(len(all), func(i int) {
		verdicts := all[i].read(t, versionOf(t, n))
		nginx := n.Test(t, map[string]string{"nginx.conf": modules + all[i].text()})
		if len(verdicts) > 0 || nginx.Refused && valueRefusal.MatchString(nginx.Message) {
			t.Errorf("%q in %s: nginx: %v %q; verdicts: %v", all[i].statement, places[all[i].place].context, !nginx.Refused, nginx.Message, verdicts)
		}
	})
}

func TestValues(t *testing.T) {
	type want struct {
		Kind       Kind
		Arg        int
		Message    string
		Suggestion string
		Since      string
	}
	invalid := func(arg int, message, suggestion string) []want {
		return []want{{InvalidValue, arg, message, suggestion, ""}}
	}
	newer := func(message, since string) []want {
		return []want{{NeedsNewer, 0, message, "", since}}
	}
	flag := func(value, name string) string {
		return `invalid value "` + value + `" in "` + name + `" directive, it must be "on" or "off"`
	}
	for _, c := range []struct {
		version   string
		in        nginxconf.Context
		statement string
		want      []want
	}{
		{"1.22.1", nginxconf.InHTTP, "gzip yes;", invalid(0, flag("yes", "gzip"), "on")},
		{"1.22.1", nginxconf.InHTTP, "gzip FALSE;", invalid(0, flag("FALSE", "gzip"), "off")},
		{"1.22.1", nginxconf.InHTTP, "gzip of;", invalid(0, flag("of", "gzip"), "")},
		{"1.22.1", nginxconf.InHTTP, "gzip oof;", invalid(0, flag("oof", "gzip"), "off")},
		{"1.22.1", nginxconf.InHTTP, "gzip ON;", nil},
		{"1.22.1", nginxconf.InHTTP, "gzip ${GZIP};", []want{{NotEvaluated, 0, "template", "", ""}}},
		{"1.22.1", nginxconf.InHTTP, "gzip $gzip;", invalid(0, flag("$gzip", "gzip"), "")},
		{"1.22.1", nginxconf.InHTTP, "gzip <%=gzip%>;", []want{{NotEvaluated, -1, "template", "", ""}}},
		{"1.22.1", nginxconf.InServer, "proxy_read_timeout 60sec;", invalid(0, `"proxy_read_timeout" directive invalid value`, "60s")},
		{"1.22.1", nginxconf.InServer, "proxy_read_timeout 1M;", invalid(0, `"proxy_read_timeout" directive invalid value`, "")},
		{"1.22.1", nginxconf.InServer, "proxy_read_timeout 2minutes;", invalid(0, `"proxy_read_timeout" directive invalid value`, "2m")},
		{"1.22.1", nginxconf.InServer, "proxy_read_timeout '30 s';", invalid(0, `"proxy_read_timeout" directive invalid value`, "30s")},
		{"1.22.1", nginxconf.InServer, "proxy_read_timeout 1.5s;", invalid(0, `"proxy_read_timeout" directive invalid value`, "")},
		{"1.22.1", nginxconf.InServer, "proxy_read_timeout 99999999999;", nil},
		{"1.22.1", nginxconf.InServer, "keepalive_timeout 65s 500ms;", invalid(1, `"keepalive_timeout" directive invalid value`, "")},
		{"1.22.1", nginxconf.InServer, "keepalive_timeout 65 60sec;", invalid(1, `"keepalive_timeout" directive invalid value`, "60s")},
		{"1.22.1", nginxconf.InServer, "ssl_session_timeout 1000y;", nil},
		{"1.22.1", nginxconf.InServer, "ssl_session_timeout 500ms;", invalid(0, `"ssl_session_timeout" directive invalid value`, "")},
		{"1.22.1", nginxconf.InServer, "userid_expires 1year;", invalid(0, `"userid_expires" directive invalid value`, "")},
		{"1.22.1", nginxconf.InServer, "client_max_body_size 10MB;", invalid(0, `"client_max_body_size" directive invalid value`, "10m")},
		{"1.22.1", nginxconf.InServer, "client_max_body_size 1GiB;", invalid(0, `"client_max_body_size" directive invalid value`, "1g")},
		{"1.22.1", nginxconf.InServer, "client_body_buffer_size 2g;", invalid(0, `"client_body_buffer_size" directive invalid value`, "2048m")},
		{"1.22.1", nginxconf.InServer, "client_body_buffer_size 99999999999g;", invalid(0, `"client_body_buffer_size" directive invalid value`, "")},
		{"1.22.1", nginxconf.InServer, "client_body_buffer_size 512b;", invalid(0, `"client_body_buffer_size" directive invalid value`, "512")},
		{"1.22.1", nginxconf.InServer, "limit_rate 10kb;", invalid(0, `"limit_rate" directive invalid value`, "10k")},
		{"1.22.1", nginxconf.InServer, "limit_rate $rate;", nil},
		{"1.16.1", nginxconf.InServer, "limit_rate $rate;", newer(`"limit_rate" directive invalid value`, "1.17.0")},
		{"1.22.1", nginxconf.InServer, "proxy_buffers 8 4kb;", invalid(1, `"proxy_buffers" directive invalid value`, "4k")},
		{"1.22.1", nginxconf.InServer, "proxy_buffers 0 4k;", invalid(0, `"proxy_buffers" directive invalid value`, "")},
		{"1.22.1", nginxconf.InServer, "gzip_comp_level 10;", invalid(0, "value must be between 1 and 9", "")},
		{"1.22.1", nginxconf.InServer, "max_ranges 1k;", invalid(0, `"max_ranges" directive invalid number`, "")},
		{"1.22.1", nginxconf.InEvents, "worker_connections 10k;", invalid(0, `invalid number "10k"`, "")},
		{"1.22.1", nginxconf.InEvents, "use epol;", invalid(0, `invalid event type "epol"`, "")},
		{"1.22.1", nginxconf.InMain, "worker_processes AUTO;", invalid(0, `"worker_processes" directive invalid value`, "auto")},
		{"1.0.0", nginxconf.InMain, "worker_processes auto;", newer(`"worker_processes" directive invalid value`, "1.2.5,1.3.8")},
		{"1.22.1", nginxconf.InMain, "worker_priority -5;", nil},
		{"1.22.1", nginxconf.InMain, "worker_priority -+5;", invalid(0, `"worker_priority" directive invalid number`, "")},
		{"1.22.1", nginxconf.InServer, "proxy_next_upstream error http_501;", invalid(1, `invalid value "http_501"`, "")},
		{"1.22.1", nginxconf.InServer, "proxy_next_upstream eror timeout;", invalid(0, `invalid value "eror"`, "error")},
		{"1.22.1", nginxconf.InServer, "proxy_next_upstream ERROR TIMEOUT;", nil},
		{"1.10.0", nginxconf.InServer, "proxy_next_upstream http_429;", newer(`invalid value "http_429"`, "1.11.13")},
		{"1.22.1", nginxconf.InServer, "ssl_protocols TLSv12 TLSv1.3;", invalid(0, `invalid value "TLSv12"`, "TLSv1.2")},
		{"1.22.1", nginxconf.InServer, "ssl_protocols TLSv1.4;", invalid(0, `invalid value "TLSv1.4"`, "")},
		{"1.22.1", nginxconf.InServer, "aio thread;", invalid(0, `"aio" directive invalid value`, "threads")},
		{"1.22.1", nginxconf.InServer, "aio threads=pool$id;", nil},
		{"1.22.1", nginxconf.InServer, "aio sendfile;", nil},
		{"1.22.1", nginxconf.InServer, "server_tokens yes;", invalid(0, `invalid value "yes"`, "")},
		{"1.22.1", nginxconf.InStreamServer, "proxy_protocol yes;", invalid(0, flag("yes", "proxy_protocol"), "on")},
		{"1.22.1", nginxconf.InStreamServer, "proxy_protocol v2;", newer(flag("v2", "proxy_protocol"), "1.31.4")},
		{"1.31.5", nginxconf.InStreamServer, "proxy_protocol yes;", invalid(0, `invalid value "yes"`, "")},
		{"1.99.0", nginxconf.InStreamServer, "proxy_protocol v3;", nil},
		{"1.22.1", nginxconf.InServer, "proxy_cache_valid 200 any 10min;", invalid(2, `invalid time value "10min"`, "10m")},
		{"1.22.1", nginxconf.InServer, "proxy_cache_valid 2xx 10m;", invalid(0, `invalid status "2xx"`, "")},
		{"1.22.1", nginxconf.InServer, "proxy_cache_valid 10m;", nil},
		{"1.22.1", nginxconf.InEvents, "use rtsig;", nil},
		{"1.22.1", nginxconf.InServer, "http2_recv_timeout whatever;", nil},
		{"1.22.1", nginxconf.InServer, "gzip \"o\x00n\";", invalid(0, `invalid value "o" in "gzip" directive, it must be "on" or "off"`, "on")},
		{"1.22.1", nginxconf.InServer, "gzip \"on\x00\";", nil},
	} {
		version, err := nginxconf.ParseVersion(c.version)
		if err != nil {
			t.Fatal(err)
		}
		var got []want
		for _, v := range (probe{placeOf(c.in), c.statement}).read(t, version) {
			got = append(got, want{v.Kind, v.Arg, v.Message, v.Suggestion, v.Since})
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s: %s", c.version, c.statement, diff)
		}
	}
}
