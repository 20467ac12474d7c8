package machine

import (
	"testing"

	"github.com/tunelint/tunelint/source"
)

func TestKernelRelease(t *testing.T) {
	for text, want := range map[string]string{
		"6.1.0-25-amd64\n":                "6.1.0",
		"6.18.44\n":                       "6.18.44",
		"4.18.0-553.el8_10.x86_64\n":      "4.18.0-553.el8_10.x86_64",
		"4.14.355-271.564.amzn2.x86_64\n": "4.14.355-271.564.amzn2.x86_64",
		"linux\n":                         "",
		"\n":                              "",
	} {
		got := ReadKernel(source.Memory{"/proc/sys/kernel/osrelease": text}).Release
		if got.Value != want || got.Known != (want != "") {
			t.Errorf("%q: %q, known %t", text, got.Value, got.Known)
		}
	}
}
