package host_test

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/machine"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/source/realpart"
)

// TestAutoWorkers holds the real nginx to what [host.Host.Workers] says of
// "worker_processes auto": it counts the processors of the machine, whichever it may
// run on.
func TestAutoWorkers(t *testing.T) {
	realpart.Need(t, "taskset")
	online := machine.ReadCPUs(source.OS()).Online
	if !online.Known || online.Value < 2 {
		realpart.Beyond(t, "second processor")
	}
	got := runNginx(t, "worker_processes auto;\nevents {}\nhttp { server { listen 127.0.0.1:8080; } }\n", `
taskset -c "$(taskset -cp $$ | sed 's/.*: //; s/[,-].*//')" nginx -e stderr -c "$1/nginx.conf"
for i in 1 2 3 4 5 6 7 8 9 10; do [ "$(pgrep -fc '^nginx: worker')" = 0 ] || break; sleep 0.1; done
sleep 0.2; pgrep -fc '^nginx: worker'
`)
	if n, err := strconv.Atoi(strings.TrimSpace(got)); err != nil || n != online.Value {
		t.Errorf("%d workers on one of %d processors (%v)", n, online.Value, err)
	}
}

// TestConnectionSlots holds the real nginx to the memory that a worker allocates for
// each of worker_connections.
func TestConnectionSlots(t *testing.T) {
	private := func(connections int) int64 {
		conf := "worker_processes 1;\nworker_rlimit_nofile 200000;\nevents { worker_connections " + strconv.Itoa(connections) + "; }\nhttp { server { listen 127.0.0.1:8080; } }\n"
		out := runNginx(t, conf, `
start "$1"
for i in 1 2 3 4 5 6 7 8 9 10; do w=$(pgrep -f '^nginx: worker') && break; sleep 0.1; done
sleep 0.3; awk '/^Private_/ {n += $2} END {print n}' "/proc/$w/smaps_rollup"
`)
		n, err := strconv.ParseInt(strings.TrimSpace(out), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return n << 10
	}
	if _, err := os.Stat("/proc/self/smaps_rollup"); err != nil {
		realpart.Lacking(t, "smaps_rollup")
	}
	each := (private(100000) - private(1000)) / 99000
	if each < 400 || each > 460 {
		t.Errorf("%d B for each of worker_connections, want about 430", each)
	}
}
