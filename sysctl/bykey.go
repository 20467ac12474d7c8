package sysctl

// ByKey returns the lines of the file that hold, grouped by key, in the order in
// which the keys come first.
func (d *Document) ByKey(holds func(*Line) bool) [][]*Line { return byKey([]*Document{d}, holds) }

// ByKey returns the assignments and exclusions of the boot, grouped by key as it is
// written, in the order in which the keys come first. Only the last line of each is
// written to the kernel.
func (s *Settings) ByKey() [][]*Line {
	return byKey(s.Documents, func(l *Line) bool { return l.Broken == "" && l.Key != "" })
}

func byKey(documents []*Document, holds func(*Line) bool) [][]*Line {
	var out [][]*Line
	at := map[string]int{}
	for _, d := range documents {
		for _, l := range d.Lines {
			if !holds(l) {
				continue
			}
			i, seen := at[l.Key]
			if !seen {
				i = len(out)
				at[l.Key] = i
				out = append(out, nil)
			}
			out[i] = append(out[i], l)
		}
	}
	return out
}
