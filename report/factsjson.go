package report

import "github.com/tunelint/tunelint/machine"

// The document of "facts".
type (
	jsonFacts struct {
		Version int         `json:"version"`
		Tool    jsonTool    `json:"tool"`
		Machine jsonMachine `json:"machine"`
	}
	jsonMachine struct {
		Kernel       jsonFigure          `json:"kernel"`
		Release      jsonFigure          `json:"kernel_release"`
		Architecture jsonFigure          `json:"architecture"`
		Distribution jsonFigure          `json:"distribution"`
		Systemd      jsonSystemd         `json:"systemd"`
		Container    jsonFigure          `json:"container"` // "" for none
		CPUs         jsonCPUs            `json:"cpus"`
		Memory       jsonMemory          `json:"memory"`
		PIDs         jsonFigure          `json:"pids_limit"` // 0 for none
		NoFile       jsonNoFile          `json:"nofile"`
		Nginx        jsonFigure          `json:"nginx"`
		Masters      []jsonMaster        `json:"masters"`
		Settings     []jsonKernelSetting `json:"kernel_settings"`
	}
	// A jsonFigure holds the value and what says so, or null and the reason.
	jsonFigure struct {
		Value any    `json:"value"`
		From  string `json:"from,omitempty"`
		Why   string `json:"why,omitempty"`
	}
	jsonSystemd struct {
		Version jsonFigure `json:"version"`
		Booted  bool       `json:"booted"`
	}
	jsonCPUs struct {
		Online jsonFigure `json:"online"`
		Usable jsonFigure `json:"usable"`
		Quota  jsonFigure `json:"quota"` // 0 for none
	}
	// In bytes; a limit of 0 is none.
	jsonMemory struct {
		Total jsonFigure `json:"total"`
		Swap  jsonFigure `json:"swap"`
		Limit jsonFigure `json:"limit"`
		Page  jsonFigure `json:"page_size"`
	}
	jsonNoFile struct {
		Hard     jsonFigure `json:"hard"`
		MayRaise jsonFigure `json:"may_raise"`
		First    jsonFigure `json:"process_1"`
		FirstMay jsonFigure `json:"process_1_may_raise"`
	}
	jsonDistribution struct {
		ID      string `json:"id"`
		Version string `json:"version_id"`
		Name    string `json:"name"`
	}
	jsonInstalled struct {
		Path      string   `json:"path"`
		Version   string   `json:"version"`
		Arguments string   `json:"configure_arguments"`
		Static    []string `json:"static_modules"`
		Added     []string `json:"added_modules"`
		Folder    string   `json:"modules_path"`
		Dynamic   []string `json:"dynamic_modules"`
	}
	jsonLimits struct {
		Soft int64 `json:"soft"`
		Hard int64 `json:"hard"`
	}
	jsonMaster struct {
		PID       int          `json:"pid"`
		Unit      string       `json:"unit,omitempty"`
		Elsewhere string       `json:"elsewhere,omitempty"` // why it is not of this system
		NoFile    *jsonLimits  `json:"nofile"`
		Workers   []jsonWorker `json:"workers"`
	}
	jsonWorker struct {
		PID     int         `json:"pid"`
		NoFile  *jsonLimits `json:"nofile"`
		Open    *int        `json:"open"` // descriptors; null where they cannot be seen
		Leaving bool        `json:"leaving"`
	}
	jsonKernelSetting struct {
		Key     string `json:"key"`
		Value   string `json:"value"`
		Default string `json:"default,omitempty"` // the kernel's own
		Differs bool   `json:"differs"`
	}
)

func (f Facts) document(o Options) jsonFacts {
	m := f.Machine
	out := jsonMachine{
		Kernel: figureOf(m.Kernel.Release), Release: figureOf(m.Kernel.Full), Architecture: figureOf(m.Kernel.Architecture),
		Distribution: figureAs(m.Distribution, func(d machine.Distribution) any { return jsonDistribution{d.ID, d.Version, d.Name} }),
		Systemd:      jsonSystemd{figureOf(m.Systemd.Version), m.Systemd.Booted},
		Container:    figureOf(m.Container),
		CPUs:         jsonCPUs{figureOf(m.CPUs.Online), figureOf(m.CPUs.Usable), figureOf(m.CPUs.Quota)},
		Memory:       jsonMemory{figureOf(m.Memory.Total), figureOf(m.Memory.Swap), figureOf(m.Memory.Limit), figureOf(m.PageSize)},
		PIDs:         figureOf(m.PIDs),
		NoFile: jsonNoFile{
			figureOf(m.HardNoFile), figureOf(m.SysResource),
			figureAs(m.FirstNoFile, func(l machine.Limits) any { return jsonLimits(l) }), figureOf(m.FirstSysResource),
		},
		Nginx:    figureAs(f.Nginx, installed),
		Masters:  []jsonMaster{},
		Settings: []jsonKernelSetting{},
	}
	for _, master := range m.Masters {
		out.Masters = append(out.Masters, jsonMasterOf(master))
	}
	for _, s := range f.settings() {
		out.Settings = append(out.Settings, jsonKernelSetting{s.key, s.value, s.usual, !s.isUsual})
	}
	return jsonFacts{Version: 1, Tool: jsonTool{"tunelint", o.Version}, Machine: out}
}

func figureOf[T any](f machine.Figure[T]) jsonFigure {
	return figureAs(f, func(value T) any { return value })
}

func figureAs[T any](f machine.Figure[T], value func(T) any) jsonFigure {
	if !f.Known {
		return jsonFigure{Why: f.Why}
	}
	return jsonFigure{Value: value(f.Value), From: f.From}
}

func installed(n machine.Nginx) any {
	list := func(names []string) []string { return append([]string{}, names...) } // never null
	return jsonInstalled{n.Path, n.Version, n.Arguments, list(n.Static), list(n.Added), n.Folder, list(n.Dynamic)}
}

func jsonMasterOf(m machine.Master) jsonMaster {
	out := jsonMaster{PID: m.PID, Unit: m.Unit, Elsewhere: m.Elsewhere, NoFile: jsonLimitsOf(m.NoFile), Workers: []jsonWorker{}}
	for _, w := range m.Workers {
		worker := jsonWorker{PID: w.PID, NoFile: jsonLimitsOf(w.NoFile), Leaving: w.Leaving}
		if w.Open >= 0 {
			worker.Open = &w.Open
		}
		out.Workers = append(out.Workers, worker)
	}
	return out
}

func jsonLimitsOf(l machine.Limits) *jsonLimits {
	if l == (machine.Limits{}) {
		return nil
	}
	out := jsonLimits(l)
	return &out
}
