package verdict

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/nginxconf"
)

// entryWords are what the entries of generated bodies are made of.
var entryWords = map[string][]string{
	"map $host $out": {
		"default a;", "default $host;", "hostnames;", "volatile;", "a b;", "A c;", `\a c;`, "*.a.b c;", ".a.b c;", "a.b c;", "www.a.* c;",
		"a.*.b c;", "*. c;", "a..b c;", "* c;", `"" c;`, "a b c;", "a;", "~^x$ $1;", "~*y z;", "~ z;", `b "$";`, `c "${host";`, `d "$host-$1";`,
		"hostnames a;", ".* q;", "*.A.b x;", "z { y z; }", `\* c;`, `\default d;`, "include a b;", "~(?<named>n) $named;", "~( a;", "~*[ b;", "~a(?<x c;",
	},
	"geo $out": {
		"default a;", "ranges;", "delete 127.0.0.1;", "127.0.0.1 b;", "127.0.0.0/8 b;", "10.0.0.0/33 b;", "::1 b;", "2001:db8::/32 c;",
		"2001:db8::/129 c;", "proxy 10.0.0.0/8;", "proxy x;", "proxy_recursive;", "volatile;", "127.0.0.1-127.0.0.5 d;", "127.0.0.2-127.0.0.3 e;",
		"127.0.0.3-127.0.0.9 e;", "127.0.0.5-127.0.0.1 e;", "10.0.0.0-10.3.0.0 f;", "10.0.0.0-10.1.0.0 g;", "delete 127.0.0.1-127.0.0.5;",
		"127.0.0.1-127.0.0.2 h;", "x y;", "a b c;", "default;", "255.255.255.255 x;", "255.255.255.255/32 x;", "0.0.0.0-255.255.255.255 z;",
		"10.2.0.0-10.2.255.255 z;", "127.0.0.1/ x;", "1.2.3 x;", "localhost x;", "u { }", "delete x;", "default $host;",
	},
	"split_clients $remote_addr $out": {
		"50% a;", "10% b;", "0.5% c;", "49.99% d;", "* e;", "0% f;", "100% g;", "x h;", "1.555% i;", "50 j;", ".5% k;", "1.% l;", "% m;", "-1% n;",
		"50%;", "10% a b;", "9999999999999999999% z;", "u { }", `"" x;`, "1.2.3% z;", "100.01% z;",
	},
	"charset_map koi8-r other": {"80 E0;", "81 e1 e2;", "82;", "zz 80;", "80 100;", "FF 0;", "0ff 1;", "100 1;", "83 { }", "84 zz;"},
	"charset_map koi8-r utf-8": {"80 E282AC;", "81 D0B0;", "82;", "83 zz;"},
	"types":                    {"text/html html;", "text/plain;", "text/css css CSS;", "include;", "include a b;", "x { }", "a b c d e f g h i j k l;"},
}

// bodyTexts returns random blocks, for http and where there is a twin for stream.
func bodyTexts(n int) []string {
	r := rand.New(rand.NewPCG(5, 6))
	heads := []string{"map $host $out", "geo $out", "split_clients $remote_addr $out", "charset_map koi8-r other", "charset_map koi8-r utf-8", "types"}
	var out []string
	for len(out) < n {
		head := heads[min(r.IntN(9), 8)%len(heads)]
		words := entryWords[head]
		var b strings.Builder
		if strings.HasPrefix(head, "geo") && r.IntN(2) == 0 {
			b.WriteString("ranges;\n")
		}
		for range 1 + r.IntN(4) {
			b.WriteString(pick(r, words) + "\n")
		}
		text := fmt.Sprintf("%s {\n%s\n}\n", head, b.String())
		if strings.HasSuffix(strings.Fields(head)[len(strings.Fields(head))-1], "out") && r.IntN(3) == 0 {
			text = strings.ReplaceAll(text, "$host", "$hostname")
			out = append(out, "events {}\nstream {\n"+text+"server { listen 127.0.0.1:1; return x; }\n}\n")
			continue
		}
		out = append(out, "events {}\nhttp {\n"+text+"}\n")
	}
	return out
}

// TestBodiesLikeNginx asks the real nginx about random entries.
func TestBodiesLikeNginx(t *testing.T) {
	compareAll(t, sample(bodyTexts(4000), 150))
}

func TestBodies(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string // line: message
	}{
		{"map $host $x {\n default a;\n default b;\n}", []string{"3: duplicate default map parameter"}},
		{"map $host $x {\n a\n b\n c;\n}", []string{"4: invalid number of the map parameters"}},
		{"map $host $x {\n hostnames;\n *.a.b c;\n .a.b d;\n}", []string{`4: conflicting parameter ".a.b"`}},
		{"map $host $x {\n *.*.b c;\n hostnames;\n *.*.c d;\n}", []string{`4: invalid hostname or wildcard "*.*.c"`}},
		{"map $host $x { ${A} b; ${B} c; {{ d }} e; }", nil},
		{"map $host $x { a \"${FOO}\"; b $HOST; }", nil},
		{"geo $x {\n default a;\n ranges;\n}", []string{`3: the "ranges" directive must be the first directive inside "geo" block`}},
		{"geo $x {\n ranges;\n 10.0.0.0-10.0.0.9 a;\n 10.0.0.5-10.0.0.20 b;\n}", []string{`4: range "10.0.0.5-10.0.0.20" overlaps "10.0.0.0-10.0.0.9"`}},
		{"geo $x {\n 10.0.0.0/40 a;\n}", []string{`2: invalid network "10.0.0.0/40"`}},
		{"split_clients $host $x {\n 60% a;\n 50% b;\n}", []string{"4: percent total is greater than 100%"}},
		{"split_clients $host $x {\n 60 a;\n}", []string{`2: invalid percent value "60"`}},
		{"types {\n include;\n}", []string{`2: invalid number of arguments in "include" directive`}},
		{"charset_map a b {\n 80 100;\n}", []string{`2: invalid value "100"`}},
	} {
		c0 := load(t, map[string]string{"nginx.conf": "events {} http {" + c.text + "\n}"}, nginxconf.Options{})
		var got []string
		for _, v := range Of(c0) {
			if v.Kind != NotEvaluated {
				got = append(got, fmt.Sprintf("%d: %s", v.Place().Position().Line, v.Message))
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s:\ngot  %q\nwant %q", c.text, got, c.want)
		}
	}
}
