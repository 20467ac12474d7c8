package machine

import (
	"strings"

	"github.com/tunelint/tunelint/source"
)

// A Kernel is the Linux that runs.
type Kernel struct {
	// Release is the version alone, "6.1.0", but for vendors who carry so much back
	// that the version says little: "4.18.0-553.el8_10.x86_64". Full is what
	// "uname -r" prints, "6.1.0-25-amd64".
	Release, Full Figure[string]
	// Architecture is what "uname -m" prints. Kernels before 6.1 have no file that
	// says it.
	Architecture Figure[string]
}

// ReadKernel reads which kernel runs.
func ReadKernel(fsys source.FS) Kernel {
	const name = "/proc/sys/kernel/osrelease"
	return Kernel{
		Release:      figure(fsys, name, release),
		Full:         figure(fsys, name, word),
		Architecture: figure(fsys, "/proc/sys/kernel/arch", word),
	}
}

// word takes a text as it is, unless it is empty.
func word(text string) (string, bool) { return text, text != "" }

// release cuts "6.1.0-25-amd64" to "6.1.0". Kernels of RHEL and its rebuilds, and of
// Amazon Linux, keep what names the vendor.
func release(text string) (string, bool) {
	if strings.Contains(text, ".el") || strings.Contains(text, ".amzn") {
		return text, true
	}
	version := text[:len(text)-len(strings.TrimLeft(text, "0123456789."))]
	return version, version != ""
}
