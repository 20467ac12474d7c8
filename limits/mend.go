package limits

import (
	"errors"
	"math/bits"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/tunelint/tunelint/source"
)

// Limits reports whether the assignment is meant for a resource limit or a limit
// on memory. key is how systemd spells it; a name that it has nothing like is
// returned as it is.
func (a *Assignment) Limits() (key string, ok bool) {
	kind, key := keyKind(a.Key)
	if kind == keyOther {
		kind, key = keyKind(strings.TrimRight(a.Key, "sS"))
	}
	if kind == keyOther {
		return a.Key, isLimitName(a.Key)
	}
	return key, true
}

// SoftAboveHard returns both limits where systemd drops the assignment for a
// soft limit above the hard one.
func (a *Assignment) SoftAboveHard() (r Range, ok bool) {
	kind, _ := keyKind(a.Key)
	soft, hard, two := strings.Cut(a.Value, ":")
	if a.Broken == "" || a.Template || !two || kind != keyCount && kind != keySize {
		return r, false
	}
	parse, parseHalf := ParseLimit, parseCount
	if kind == keySize {
		parse, parseHalf = parseSizeLimit, parseSize
	}
	if _, err := parse(a.Value); !errors.Is(err, errSoftOver) {
		return r, false
	}
	r.Soft, _ = parseOne(soft, parseHalf)
	r.Hard, _ = parseOne(hard, parseHalf)
	return r, true
}

// Mend returns the edits that make systemd take an assignment to a limit that it
// drops, and how the assignment then reads; no edits where more than one thing
// may be meant.
func (a *Assignment) Mend() (edits []source.Edit, as string) {
	key, ok := a.Limits()
	if !ok || a.Broken == "" || a.Template || a.in.Err != nil {
		return nil, ""
	}
	value, comment, ok := mendValue(key, a.Value)
	if !ok || !isChecked(key) {
		return nil, ""
	}
	moved := slices.Contains([]string{"Unit", "Install"}, a.Section)
	switch {
	case comment != "" && (moved || a.Section == "" || len(a.line.pieces) > 1):
		return nil, ""
	case moved && slices.Contains(sections(a.in.File.Path), "Service"):
		edits = []source.Edit{a.Delete(), a.in.Insert("Service", key, value)}
	case a.Section == "":
		if edits = a.in.entitle(a.Home()); edits == nil || a.Key != key || a.noSign {
			return nil, "" // two edits would start where the line does
		}
	case checkKey(a.Section, key) != "":
		return nil, ""
	}
	if !moved {
		edits = append(edits, a.rewrite(key, value, comment)...)
	}
	return edits, key + "=" + value
}

// Home is the section in which systemd reads limits in the file of an assignment:
// Manager in system.conf and user.conf, else Service.
func (a *Assignment) Home() string {
	if known := sections(a.in.File.Path); len(known) == 1 {
		return known[0]
	}
	return "Service"
}

// rewrite returns the edits that give the assignment another key and value, with
// its comment on a line above.
func (a *Assignment) rewrite(key, value, comment string) (edits []source.Edit) {
	decides := a.in.decides(a.Section, key)
	if a.Key != key {
		decides += "\n" + a.in.decides(a.Section, a.Key)
	}
	text, start := a.in.File.Text, a.line.extent.Start
	between := text[a.KeySpan.End:a.ValueSpan.Start]
	if a.noSign {
		between = "="
	}
	switch {
	case comment != "":
		whole := source.Span{File: a.in.File, Start: start, End: a.Span.End}
		above := comment + a.in.File.LineEnding() + text[start:a.KeySpan.Start]
		return []source.Edit{{Span: whole, Text: above + key + between + value, Decides: decides}}
	case a.noSign:
		return []source.Edit{{Span: a.Span, Text: key + between + value, Decides: decides}}
	case a.Key != key:
		edits = []source.Edit{{Span: a.KeySpan, Text: key, Decides: decides}}
	}
	if a.Value != value {
		edits = append(edits, a.SetValue(value))
	}
	return edits
}

// entitle returns the edit that puts a header above the assignments that stand
// before every section; none where some of them may belong to another one.
func (u *UnitFile) entitle(section string) []source.Edit {
	for _, a := range u.Assignments {
		if _, ok := a.Limits(); a.Section == "" && !ok {
			return nil
		}
	}
	at := u.Assignments[0].line.extent
	at.End = at.Start
	if strings.HasPrefix(u.File.Text[at.Start:], byteOrderMark) {
		return nil
	}
	return []source.Edit{{Span: at, Text: "[" + section + "]" + u.File.LineEnding()}}
}

// mendValue returns the value that is meant by one that systemd refuses, and the
// comment behind it, which systemd takes for a part of the value.
func mendValue(key, text string) (value, comment string, ok bool) {
	value = text
	if i := strings.IndexAny(value, "#;"); i > 0 {
		value, comment = strings.TrimRight(value[:i], " \t"), value[i:]
		if strings.Trim(comment, "#; \t") == "" {
			comment = "" // a slip of somebody who writes nginx.conf, and no comment
		}
	}
	value = strings.Trim(value, `"'`)
	if value == "" {
		return "", "", false
	}
	if checkValue(key, value) == "" {
		return value, comment, true
	}
	kind, _ := keyKind(key)
	halves := strings.Split(value, ":")
	for i, half := range halves {
		halves[i] = mendHalf(kind, strings.TrimSpace(half))
	}
	value = strings.Join(halves, ":")
	return value, comment, checkValue(key, value) == ""
}

var (
	grouped  = regexp.MustCompile(`^\d{1,3}(?:(?:_\d{3})+|(?:,\d{3})+|(?:'\d{3})+)$`)
	thousand = regexp.MustCompile(`^(\d+)([kKmM])$`)
	power    = regexp.MustCompile(`^([1-9])[eE]([3-9])$`)
	sized    = regexp.MustCompile(`^(\d+) ?([kKmMgGtT])(?:i?[bB])?$`)
)

// mendHalf returns the limit that is meant; the text itself where nobody knows.
// A count in thousands is taken for one of 1024 where it is a power of two.
func mendHalf(kind keyClass, text string) string {
	switch strings.ToLower(text) {
	case "unlimited", "infinity", "infinite", "inf", "-1":
		return "infinity"
	}
	if grouped.MatchString(text) {
		return strings.NewReplacer("_", "", ",", "", "'", "").Replace(text)
	}
	if m := sized.FindStringSubmatch(text); m != nil && kind != keyCount {
		return m[1] + strings.ToUpper(m[2])
	}
	if m := power.FindStringSubmatch(text); m != nil && kind == keyCount {
		zeros, _ := strconv.Atoi(m[2])
		return m[1] + strings.Repeat("0", zeros)
	}
	m := thousand.FindStringSubmatch(text)
	if m == nil || kind != keyCount {
		return text
	}
	n, err := strconv.ParseUint(m[1], 10, 32)
	if err != nil || bits.OnesCount64(n) != 1 {
		return text
	}
	if strings.EqualFold(m[2], "m") {
		n <<= 10
	}
	return strconv.FormatUint(n<<10, 10)
}
