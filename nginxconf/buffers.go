package nginxconf

import "slices"

// PageSize is the memory page of the machines that nginx mostly runs on, and the
// smallest there is; a default of "4k|8k" is one page.
const PageSize = 4096

// BufferModules returns the modules that buffer answers in one way: the prefixes
// of *_buffers.
func BufferModules() []string { return []string{"proxy", "fastcgi", "uwsgi", "scgi"} }

// The settings of [Buffers], in its order.
const (
	BufferSize = iota
	BufferList
	BufferBusy
	BufferWrite
	BufferFile
)

// BufferNames returns the directives that have to fit each other in a module, in
// the order of [Buffers.Values].
func BufferNames(module string) []string {
	return []string{
		module + "_buffer_size", module + "_buffers", module + "_busy_buffers_size", module + "_temp_file_write_size", module + "_max_temp_file_size",
	}
}

// Buffers are the buffers for answers that a level has in one module, in bytes.
type Buffers struct {
	Module string
	// Values are what decides: *_buffer_size, *_buffers, *_busy_buffers_size,
	// *_temp_file_write_size and *_max_temp_file_size.
	Values [5]Value
	// First is for the header, and Count of Each are for the body.
	First, Count, Each int64
	// Busy is how much of them may be on its way to the client. Write and File
	// bound what goes to a temporary file at once and in all; File 0 is none.
	Busy, Write, File int64
	// Known is false when one of them cannot be read.
	Known bool
}

// BuffersOf returns the buffers in force in a scope.
func (s *Scope) BuffersOf(module string) Buffers {
	b := Buffers{Module: module, Known: true}
	for i, name := range BufferNames(module) {
		b.Values[i] = s.Effective(name)
	}
	b.First = b.size(BufferSize, 0, PageSize)
	b.Count, b.Each = b.size(BufferList, 0, 8), b.size(BufferList, 1, PageSize)
	most := b.Largest()
	if most > 1<<40 || b.Count > 1<<20 || b.Each < 1 || b.Count < 1 {
		b.Known = false // beyond what can be multiplied, or refused as it stands
		return b
	}
	b.Busy, b.Write, b.File = b.size(BufferBusy, 0, 2*most), b.size(BufferWrite, 0, 2*most), b.size(BufferFile, 0, 1<<30)
	return b
}

// Resized returns the buffers with another one for the header: the defaults of
// Busy and Write follow it.
func (b Buffers) Resized(first int64) Buffers {
	b.First = first
	for value, size := range map[int]*int64{BufferBusy: &b.Busy, BufferWrite: &b.Write} {
		if b.Values[value].Directive() == nil {
			*size = 2 * b.Largest()
		}
	}
	return b
}

// size returns the size that an argument of the directive in force is, or the
// default.
func (b *Buffers) size(value, arg int, standard int64) int64 {
	v := b.Values[value]
	b.Known = b.Known && v.Known
	d := v.Directive()
	if d == nil {
		return standard
	}
	n, ok := ParseSize(d.Arg(arg), false)
	b.Known = b.Known && ok
	return n
}

// Largest returns the size of the larger kind of buffer.
func (b Buffers) Largest() int64 { return max(b.First, b.Each) }

// Spare returns the size of all buffers for the body but one: nginx keeps that
// one free for what comes next.
func (b Buffers) Spare() int64 { return (b.Count - 1) * b.Each }

// A BufferProblem says which of nginx's inequalities the sizes break.
type BufferProblem uint8

// In nginx's order of checks (ngx_http_proxy_merge_loc_conf and its siblings).
const (
	// BuffersFit: nginx has nothing against them, or that cannot be told.
	BuffersFit BufferProblem = iota
	// TooFewBuffers: there have to be two.
	TooFewBuffers
	// BusyTooSmall, WriteTooSmall and FileTooSmall: less than one buffer.
	BusyTooSmall
	// BusyTooLarge: more than all buffers but one.
	BusyTooLarge
	WriteTooSmall
	FileTooSmall
)

// Problem returns the first of nginx's checks that the sizes fail.
func (b Buffers) Problem() BufferProblem {
	most := b.Largest()
	switch {
	case !b.Known:
	case b.Count < 2:
		return TooFewBuffers
	case b.Busy < most:
		return BusyTooSmall
	case b.Busy > b.Spare():
		return BusyTooLarge
	case b.Write < most:
		return WriteTooSmall
	case b.File != 0 && b.File < most:
		return FileTooSmall
	}
	return BuffersFit
}

// Mended returns sizes that nginx takes: what is written moves as little as it
// can, what has to be added is the smallest, and buffers are never made smaller.
func (b Buffers) Mended() Buffers {
	most := b.Largest()
	b.Count = max(2, b.Count)
	switch {
	case b.Busy <= b.Spare():
	case b.Values[BufferBusy].Directive() == nil:
		b.Busy = most
	default:
		b.Busy = b.Spare()
	}
	b.Busy, b.Write = max(b.Busy, most), max(b.Write, most)
	if b.File != 0 {
		b.File = max(b.File, most)
	}
	if b.Busy > b.Spare() {
		b.Count = (b.Busy+b.Each-1)/b.Each + 1
	}
	return b
}

// LevelsSetting returns the servers and locations in which the values of some
// directives may differ from those around: what sets one of them, and the first
// server that takes all from http where http sets one.
func (c *Config) LevelsSetting(names ...string) []*Scope {
	if !c.Whole() || !c.Has(names...) {
		return nil
	}
	var out []*Scope
	outer := false // http sets some, and no server was seen that takes them
	c.Root.Walk(func(s *Scope) {
		sets := slices.ContainsFunc(names, func(name string) bool { return len(s.Own(name)) > 0 })
		switch {
		case s.Context&InHTTP != 0:
			outer = sets
		case s.Context&(InServer|InLocation) == 0:
		case sets:
			out = append(out, s)
		case outer && s.Context&InServer != 0:
			out, outer = append(out, s), false
		}
	})
	return out
}
