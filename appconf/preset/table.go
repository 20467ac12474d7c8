package preset

import (
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

// A row is one entry of a table before it is decoded: a run needs one or two of
// them, and decoding all takes longer than the rest of a small check.
type row struct {
	id, family string
	text       string
}

// rowsOf cuts a table into rows. Each begins with "- id: NAME", and a family
// stands on the next line.
func rowsOf(table string) []row {
	var out []row
	for line := range strings.Lines(table) {
		if id, ok := strings.CutPrefix(line, "- id: "); ok {
			out = append(out, row{id: strings.TrimSpace(id)})
		}
		if len(out) == 0 {
			continue // the head
		}
		last := &out[len(out)-1]
		if family, ok := strings.CutPrefix(line, "  family: "); ok {
			last.family = strings.TrimSpace(family)
		}
		last.text += line
	}
	return out
}

// decode reads the row into list, which points to a slice.
func (r row) decode(list any) {
	if err := yaml.Unmarshal([]byte(r.text), list); err != nil {
		panic("preset " + r.id + ": " + err.Error())
	}
}

// A runtimeRow is one row of runtimes.yaml.
type runtimeRow struct {
	id, family string
	runtime    func() *Runtime
}

var runtimeRows = sync.OnceValue(func() []runtimeRow {
	var out []runtimeRow
	for _, r := range rowsOf(runtimesYAML) {
		out = append(out, runtimeRow{r.id, r.family, sync.OnceValue(r.runtime)})
	}
	return out
})

// A balancerRow is one row of balancers.yaml.
type balancerRow struct {
	id       string
	balancer func() *Balancer
}

var balancerRows = sync.OnceValue(func() []balancerRow {
	var out []balancerRow
	for _, r := range rowsOf(balancersYAML) {
		out = append(out, balancerRow{r.id, sync.OnceValue(r.balancer)})
	}
	return out
})
