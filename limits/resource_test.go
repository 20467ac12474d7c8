package limits

import (
	"testing"

	"github.com/tunelint/tunelint/source"
)

func TestResources(t *testing.T) {
	for _, r := range Resources() {
		if kind, spelt := keyKind(r.Key); kind == keyOther || spelt != r.Key {
			t.Errorf("%s is no key of a unit", r.Key)
		}
		if r.Item != "" && itemKind(r.Item) != itemResource && itemKind(r.Item) != itemSigned {
			t.Errorf("%s is no item", r.Item)
		}
		if got, ok := LookupResource(r.Key); !ok || got != r {
			t.Errorf("%s is not found", r.Key)
		}
	}
	for _, name := range []string{"", "limitnofile", "nofiles", "worker_rlimit_nofile"} {
		if _, ok := LookupResource(name); ok {
			t.Errorf("%q is found", name)
		}
	}
}

func TestDecider(t *testing.T) {
	files := source.Memory{
		"/etc/systemd/system.conf":                        "[Manager]\nDefaultLimitNPROC=10\nDefaultLimitNOFILE=20\n",
		"/usr/lib/systemd/system/nginx.service":           "[Service]\nLimitNOFILE=30\nLimitMEMLOCK=64K\n",
		"/etc/systemd/system/nginx.service.d/10-own.conf": "[Service]\nLimitNOFILE=64k\nLimitMEMLOCK=64M\n",
	}
	l, err := Load(source.NewStore(files).View("/"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for item, want := range map[string]string{"nofile": "30", "memlock": "64M", "nproc": "10", "core": ""} {
		r, _ := LookupResource(item)
		a, known := l.Decider("nginx.service", r)
		if !known || a == nil && want != "" || a != nil && a.Value != want {
			t.Errorf("%s: %+v %v", item, a, known)
		}
	}
}
