package trial

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// BenchmarkAsk compares the time that nginx takes with and without what it is shown.
func BenchmarkAsk(b *testing.B) {
	for _, n := range []int{1, 1000} {
		dir := b.TempDir()
		var main strings.Builder
		main.WriteString("pid " + dir + "/pid;\nevents {}\nhttp { include " + dir + "/sites/*; }\n")
		_ = os.Mkdir(dir+"/sites", 0o755)
		for i := range n {
			_ = os.WriteFile(filepath.Join(dir, "sites", fmt.Sprint(i)), []byte(fmt.Sprintf("server { listen 18099; server_name s%d; }\n", i)), 0o644)
		}
		_ = os.WriteFile(dir+"/nginx.conf", []byte(main.String()), 0o644)
		tr := &Trial{Program: []string{"/usr/sbin/nginx"}, Conf: dir + "/nginx.conf"}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for range b.N {
				if v, err := tr.Ask(b.Context(), nil); err != nil || v.Kind != OK {
					b.Fatal(v, err)
				}
			}
		})
		b.Run(fmt.Sprint(n, " alone"), func(b *testing.B) {
			for range b.N {
				_ = exec.Command("/usr/sbin/nginx", "-t", "-c", tr.Conf).Run()
			}
		})
	}
}
