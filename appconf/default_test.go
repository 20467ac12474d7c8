package appconf

import (
	"testing"
	"time"

	"github.com/tunelint/tunelint/appconf/preset"
)

func TestVersionDependentFigures(t *testing.T) {
	for spec, want := range map[string]string{
		"spring-boot-tomcat@3.4": "30s (spring-boot 3.4 (Tomcat) default)",
		"spring-boot-tomcat@3.3": "unknown",
		"spring-boot-tomcat@3":   "unknown",
		"spring-boot-tomcat@4":   "30s (spring-boot 4 (Tomcat) default)",
	} {
		if got := describe(loadOne(t, spec, nil).ShutdownTimeout); got != want {
			t.Errorf("%s: %s, want %s", spec, got, want)
		}
	}
}

func TestKeepAliveSlack(t *testing.T) {
	for spec, want := range map[string]time.Duration{
		"node@20": time.Second, "node@22": time.Second, "node@23": time.Second, "node@24.1": time.Second, "node@20.18": time.Second, "node@22.9.0": time.Second,
		"node": 0, "node@18": 0, "node@21": 0, "node@20.17.9": 0, "node@22.8": 0, "express@5": 0, "gunicorn-gthread@23": 0,
	} {
		if got := loadOne(t, spec, nil).KeepAliveSlack; got != want {
			t.Errorf("%s: %v, want %v", spec, got, want)
		}
	}
}

func TestGunicornPresets(t *testing.T) {
	for class, id := range gunicornPresets {
		if r, err := preset.FindRuntime(id); err != nil || r.ID != id {
			t.Errorf("%s: no preset %s", class, id)
		}
	}
}
