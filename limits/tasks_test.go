package limits

import (
	"testing"

	"github.com/tunelint/tunelint/source"
)

func TestServiceTasks(t *testing.T) {
	for _, c := range []struct {
		name, unit, dropIn, system string
		want                       int64
	}{
		{"unit", "[Service]\nTasksMax=100\n", "", "", 100},
		{"drop-in", "[Service]\nTasksMax=100\n", "[Service]\nTasksMax=50\n", "", 50},
		{"system", "[Service]\nExecStart=/bin/app\n", "", "[Manager]\nDefaultTasksMax=512\n", 512},
		{"unit first", "[Service]\nTasksMax=infinity\n", "", "[Manager]\nDefaultTasksMax=512\n", 0},
		{"percentage", "[Service]\nTasksMax=10%\n", "", "", 0},
		{"template", "[Service]\nTasksMax={{ tasks }}\n", "", "", 0},
		{"nonsense", "[Service]\nTasksMax=many\n", "", "", 0},
		{"nothing", "[Service]\nExecStart=/bin/app\n", "", "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := source.Memory{"/h/etc/systemd/system/app.service": c.unit}
			if c.dropIn != "" {
				files["/h/etc/systemd/system/app.service.d/10.conf"] = c.dropIn
			}
			if c.system != "" {
				files["/h/etc/systemd/system.conf"] = c.system
			}
			l, err := Load(source.NewStore(files).View("/h"), Options{Services: []string{"app.service"}})
			if err != nil {
				t.Fatal(err)
			}
			if got := l.ServiceTasks("app.service"); got.Value != c.want || got.Known != (c.want > 0) {
				t.Errorf("%d, known %t, not %d", got.Value, got.Known, c.want)
			}
		})
	}
}
