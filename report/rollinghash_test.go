package report

import (
	"encoding/json"
	"math/rand"
	"os/exec"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/source/realpart"
)

// The vectors of github/codeql-action, src/fingerprints.test.ts.
func TestLineHashes(t *testing.T) {
	hello := []string{
		"e9496ae3ebfced30:1", "fb7c023a8b9ccb3f:1", "ce8ba1a563dcdaca:1", "e20e36e16fcb0cc8:1",
		"b3edc88f2938467e:1", "c8e28b0b4002a3a0:1", "c129715d7a2bc9a3:1",
	}
	for text, want := range map[string][]string{
		"":                   {"c129715d7a2bc9a3:1"},
		" a\nb\n  \t\tc\n d": {"271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"},
		" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End": {
			"8b7cf3e952e7aeb2:1", "b1ae1287ec4718d9:1", "bff680108adb0fcc:1", "c6805c5e1288b612:1", "b86d3392aea1be30:1", "e6ceba753e1a442:1",
		},
		" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n":             hello,
		" hello; \t\nworld!!!\r\r\r  \t\tGreetings\r End\r":             hello,
		" hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n": hello,
		" hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n":         hello,
		strings.Repeat("Lorem ipsum dolor sit amet.\n", 10): {
			"a7f2ff13bc495cf2:1", "a7f2ff13bc495cf2:2", "a7f2ff13bc495cf2:3", "a7f2ff13bc495cf2:4", "a7f2ff13bc495cf2:5", "a7f2ff13bc495cf2:6",
			"a7f2ff1481e87703:1", "a9cf91f7bbf1862b:1", "55ec222b86bcae53:1", "cc97dc7b1d7d8f7b:1", "c129715d7a2bc9a3:1",
		},
	} {
		var got []string
		for _, h := range lineHashes(text) {
			got = append(got, h.String())
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

// Every line of a file has a hash, also beyond what the window covers.
func TestLineHashesCoverEveryLine(t *testing.T) {
	for _, text := range []string{"\n", "a\n \t", " \r\n\r", strings.Repeat("\n", 500), strings.Repeat("x", 500) + "\n" + strings.Repeat("y ", 300)} {
		if got, want := len(lineHashes(text)), strings.Count(text, "\n")+1; got < want {
			t.Errorf("%.20q: %d hashes for %d lines", text, got, want)
		}
	}
}

// Node decides how an ill-formed file becomes text: the line hash that
// upload-sarif computes, and columns in the browser, follow it.
func TestDecodeAsNodeDoes(t *testing.T) {
	realpart.Need(t, "node")
	rng := rand.New(rand.NewSource(1))
	alphabet := []byte("a \xc2\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xff\xed\xa0\x80\xf4\x90\xc0\xaf\xe0\x80")
	texts := []string{"", "\xef\xbb\xbfa", "\xe2\x82", "\xf0\x9f\x98", "\xed\xa0\x80", "\xf4\x90\x80\x80"}
	for range 500 {
		b := make([]byte, rng.Intn(12))
		for i := range b {
			b[i] = alphabet[rng.Intn(len(alphabet))]
		}
		texts = append(texts, string(b))
	}
	var bytes [][]int
	for _, s := range texts {
		list := []int{}
		for _, c := range []byte(s) {
			list = append(list, int(c))
		}
		bytes = append(bytes, list)
	}
	in, _ := json.Marshal(bytes)
	cmd := exec.Command("node", "-e", `const all = JSON.parse(require("fs").readFileSync(0));
		console.log(JSON.stringify(all.map(b => Buffer.from(b).toString("utf8").split("").map(c => c.charCodeAt(0)))))`)
	cmd.Stdin = strings.NewReader(string(in))
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var want [][]uint16
	if err := json.Unmarshal(out, &want); err != nil {
		t.Fatal(err)
	}
	for i, s := range texts {
		got := []uint16{}
		for rest := s; rest != ""; {
			r, n := decode(rest)
			got, rest = utf16.AppendRune(got, r), rest[n:]
		}
		if diff := cmp.Diff(want[i], got); diff != "" || utf16Length(s) != len(got) {
			t.Errorf("%q: %d units (-node +got):\n%s", s, utf16Length(s), diff)
		}
	}
}
