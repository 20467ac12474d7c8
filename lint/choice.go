package lint

import (
	"slices"
	"strings"

	"github.com/tunelint/tunelint/fixes"
)

// A Choice is one of the fixes of a finding. Only one of them is ever applied.
type Choice struct {
	// Letter is A for the first, B for the next. It means the same in every finding
	// of a rule: where one cannot be offered its letter is passed over.
	Letter string
	Fix    *fixes.Fix
}

// Choices returns the fixes that the finding offers, in the order of their
// letters; nil for a finding without any.
func (f *Finding) Choices() []Choice {
	if f.Fix == nil {
		return f.Others
	}
	return append([]Choice{{"A", f.Fix}}, f.Others...)
}

// Choose returns a copy of the finding with the fix of that letter as its only
// one, and nil where the finding does not offer it.
func (f *Finding) Choose(letter string) *Finding {
	for _, c := range f.Choices() {
		if c.Letter != letter {
			continue
		}
		chosen := *f
		chosen.Fix, chosen.Others = c.Fix, nil
		chosen.Apply = f.ApplyOf(c.Fix)
		return &chosen
	}
	return nil
}

// ApplyOf returns what makes one of the finding's fixes take effect.
func (f *Finding) ApplyOf(fix *fixes.Fix) []Command {
	if own, ok := f.Own[fix]; ok {
		return own
	}
	return f.Apply
}

// ParseChoice reads the letter of a choice in either case; false for anything else.
func ParseChoice(text string) (letter string, ok bool) {
	letter = strings.ToUpper(text)
	return letter, len(letter) == 1 && letter >= "A" && letter <= "Z"
}

// keepChoices drops the fixes for which keep is false; the letters of the rest stay.
func (f *Finding) keepChoices(keep func(Choice) bool) {
	if f.Fix != nil && !keep(Choice{"A", f.Fix}) {
		f.Fix = nil
	}
	f.Others = slices.DeleteFunc(f.Others, func(c Choice) bool { return !keep(c) })
}

// chosen returns the finding with the fix to apply as its only one, and nil where
// none is to be applied. Without a letter that is the first fix: a safe one, or
// with Unsafe one beside which there is no other.
func (o FixOptions) chosen(f *Finding) *Finding {
	letter := o.Choice
	if letter == "" {
		letter = "A"
	}
	out := f.Choose(letter)
	switch {
	case out == nil || out.Fix.Safety == fixes.Safe:
		return out
	case !o.Unsafe || o.Choice == "" && len(f.Others) > 0:
		return nil
	}
	return out
}
