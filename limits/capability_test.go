package limits

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/source/realpart"
)

func TestMayRaise(t *testing.T) {
	for text, want := range map[string]string{
		"":            "true",
		"User=root\n": "true",
		"User=www\n":  "false",
		"User=www\nAmbientCapabilities=CAP_SYS_RESOURCE\n":                                             "true",
		"User=www\nAmbientCapabilities=CAP_SYS_RESOURCE\nCapabilityBoundingSet=CAP_NET_BIND_SERVICE\n": "false",
		"User=www\nUser=\n":                       "true",
		"User=www\nExecStart=!/usr/sbin/nginx\n":  "true",
		"User=www\nExecStart=-+/usr/sbin/nginx\n": "true",
		"User=www\nExecStart=!!/usr/sbin/nginx\n": "false",
		"User=%i\n":             "unknown",
		"User={{ user }}\n":     "unknown",
		"DynamicUser=yes\n":     "false",
		"DynamicUser=no\n":      "true",
		"DynamicUser=perhaps\n": "unknown",
		"PrivateUsers=true\n":   "false",
		"PrivateUsers=self\n":   "false",
		"PrivateUsers=off\n":    "true",
		"SecureBits=noroot\n":   "unknown",
		"CapabilityBoundingSet=CAP_NET_BIND_SERVICE CAP_SYS_RESOURCE\n":             "true",
		"CapabilityBoundingSet=CAP_NET_BIND_SERVICE\n":                              "false",
		"CapabilityBoundingSet=~CAP_SYS_ADMIN\n":                                    "true",
		"CapabilityBoundingSet=~CAP_SYS_RESOURCE\n":                                 "false",
		"CapabilityBoundingSet=\n":                                                  "false",
		"CapabilityBoundingSet=~\n":                                                 "true",
		"CapabilityBoundingSet=CAP_CHOWN\nCapabilityBoundingSet=CAP_SYS_RESOURCE\n": "true",
		"NoNewPrivileges=yes\n":                                                     "true",
		"LimitNOFILE=1\n[Broken\n":                                                  "unknown",
	} {
		l := load(t, source.Memory{"/h/run/systemd/system/nginx.service": "[Service]\nExecStart=/usr/sbin/nginx\n" + text}, Options{})
		may, known := l.Unit("nginx.service").MayRaise()
		got := fmt.Sprint(may)
		if !known {
			got = "unknown"
		}
		if got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

// TestBoundingSetAsSystemd lets systemd say of generated units whether their
// bounding set holds CAP_SYS_RESOURCE. It tells of CAP_SYS_NICE in the same
// breath, which the last line takes away.
func TestBoundingSetAsSystemd(t *testing.T) {
	realpart.Need(t, "systemd-analyze")
	r := rand.New(rand.NewPCG(9, 10))
	words := []string{"CAP_SYS_RESOURCE", "cap_sys_resource", "24", "CAP_CHOWN", "CAP_SYS_ADMIN", "SYS_RESOURCE", "CAP_NONE", "99", "40", `"CAP_SYS_RESOURCE"`}
	for range 40 {
		var text strings.Builder
		text.WriteString("[Service]\nExecStart=/bin/true\n")
		for range r.IntN(4) {
			text.WriteString("CapabilityBoundingSet=" + []string{"", "~"}[r.IntN(2)])
			for range r.IntN(3) {
				text.WriteString(words[r.IntN(len(words))] + " ")
			}
			text.WriteString("\n")
		}
		text.WriteString("CapabilityBoundingSet=~CAP_SYS_NICE\n")
		u := ParseUnit(source.NewFile(unitPath, text.String()))
		if got, want := (&Unit{Fragment: u}).holds("CapabilityBoundingSet", true), boundingSetHolds(t, text.String()); got != want {
			t.Errorf("systemd says %v, we say %v:\n%s", want, got, text.String())
		}
	}
}

func boundingSetHolds(t *testing.T, text string) bool {
	t.Helper()
	name := filepath.Join(t.TempDir(), "t.service")
	write(t, name, text)
	out, err := exec.Command("systemd-analyze", "security", "--offline=true", "--json=short", name).Output()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var rows []struct {
		Set   *bool
		Field string `json:"json_field"`
	}
	if err := json.Unmarshal(out, &rows); err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if row.Field == "CapabilityBoundingSet_CAP_SYS_NICE_RESOURCE" && row.Set != nil {
			return !*row.Set
		}
	}
	t.Fatalf("systemd-analyze says nothing of the bounding set: %s", out)
	return false
}
