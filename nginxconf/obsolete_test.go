package nginxconf

import "testing"

// TestAdvice checks that what is said of obsolete directives names directives
// that there are.
func TestAdvice(t *testing.T) {
	renamed := 0
	for i := range directives {
		d := &directives[i]
		if name := d.NewName(); name != "" {
			renamed++
			if Lookup(name) == nil {
				t.Errorf("%s: %s is no directive", d.Name, name)
			}
		}
	}
	if renamed == 0 {
		t.Error("no directive was renamed")
	}
	for name, want := range map[string]string{"limit_zone": "use limit_conn_zone", "perl_interp_max": "", "gzip": ""} {
		if got := Lookup(name)[0].Advice(); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
}
