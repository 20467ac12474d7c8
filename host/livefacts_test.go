package host

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/source"
)

// archived is the file system of a machine in the archives of package machine.
func archived(t *testing.T, name string) source.Memory {
	t.Helper()
	a, err := txtar.ParseFile("../machine/testdata/" + name + ".txtar")
	if err != nil {
		t.Fatal(err)
	}
	out := source.Memory{}
	for _, f := range a.Files {
		text := strings.ReplaceAll(string(f.Data), "^@", "\x00")
		if target, ok := strings.CutPrefix(text, "link: "); ok {
			text = source.LinkPrefix + strings.TrimSpace(target)
		}
		out["/"+f.Name] = text
	}
	return out
}

// shown lists the facts that are known, with what says them.
func shown(f Facts) string {
	var words []string
	add := func(name string, value any, known bool, o source.Origin) {
		if !known {
			return
		}
		if o.Default == "" {
			o.Default = "declared"
		}
		words = append(words, fmt.Sprintf("%s %v (%s)", name, value, o.Default))
	}
	add("kernel", f.Kernel.Value, f.Kernel.Known, f.Kernel.Origin)
	add("cpus", f.CPUs.Value, f.CPUs.Known, f.CPUs.Origin)
	add("quota", f.CPUQuota.Value, f.CPUQuota.Known, f.CPUQuota.Origin)
	add("memory", f.Memory.Value, f.Memory.Known, f.Memory.Origin)
	add("swap", f.Swap.Value, f.Swap.Known, f.Swap.Origin)
	add("nofile", f.NoFileHard.Value, f.NoFileHard.Known, f.NoFileHard.Origin)
	add("container", f.Container.Value, f.Container.Known, f.Container.Origin)
	return strings.Join(words, ", ")
}

func TestLiveFacts(t *testing.T) {
	declared := func(change func(*appconf.HostConfig)) appconf.HostConfig {
		decl := appconf.HostConfig{}
		decl.Nginx.Version = source.Known("1.22.1", source.Origin{}) // nobody is asked
		if change != nil {
			change(&decl)
		}
		return decl
	}
	for _, c := range []struct {
		machine string
		change  func(*appconf.HostConfig)
		want    string
	}{
		{"bare-metal", nil, "kernel 6.12.48 (this machine), cpus 16 (this machine), memory 67324035072 (this machine), swap 8589930496 (this machine), container false (this machine)"},
		{"docker-v2", nil, "kernel 6.8.0 (this machine), cpus 4 (this machine), quota 1.5 (this machine), memory 536870912 (memory limit of this container), swap 2147479552 (this machine), nofile 524288 (this machine), container true (this machine)"},
		{"kubernetes-v1", nil, "kernel 4.18.0-553.el8_10.x86_64 (this machine), cpus 2 (this machine), quota 1.25 (this machine), memory 1073741824 (memory limit of this container), swap 0 (this machine), container true (this machine)"},
		{"podman", nil, "kernel 6.16.7 (this machine), cpus 12 (this machine), memory 33382400000 (this machine), swap 8589930496 (this machine), nofile 524288 (this machine), container true (this machine)"},
		{"lxc", nil, "kernel 6.8.12 (this machine), cpus 2 (this machine), memory 2147483648 (this machine), swap 536870912 (this machine)"},
		{"lxc-without-systemd", nil, "kernel 6.8.12 (this machine), cpus 2 (this machine), memory 2147483648 (this machine), swap 536870912 (this machine)"},
		{"image-in-vm", nil, "kernel 6.12.48 (this machine), cpus 16 (this machine), memory 67324035072 (this machine), swap 8589930496 (this machine)"},
		{"nothing", nil, ""},
		{"docker-v2", func(d *appconf.HostConfig) {
			d.Kernel, d.Facts.CPUs = source.Known("5.10", source.Origin{}), source.Known(64, source.Origin{})
			d.Facts.Memory, d.Facts.Swap = source.Known(int64(1<<40), source.Origin{}), source.Known(int64(1), source.Origin{})
			d.Facts.NoFileHard = source.Known(int64(7), source.Origin{})
		}, "kernel 5.10 (declared), cpus 64 (declared), quota 1.5 (this machine), memory 1099511627776 (declared), swap 1 (declared), nofile 7 (declared), container true (this machine)"},
		{"docker-v2", func(d *appconf.HostConfig) { d.Facts.Container = source.Known(false, source.Origin{}) },
			"kernel 6.8.0 (this machine), cpus 4 (this machine), memory 16777216000 (this machine), swap 2147479552 (this machine), container false (declared)"},
	} {
		f := declaredFacts(declared(c.change))
		f.complete(archived(t, c.machine))
		if got := shown(f); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.machine, got, c.want)
		}
	}
}
