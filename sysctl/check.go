package sysctl

import (
	"fmt"
	"slices"
	"strings"
)

// A Verdict says what the kernel does with a value written to a key. The zero
// Verdict is Unsure.
type Verdict uint8

const (
	// Unsure depends on the machine, on other keys, or on a release nobody checked.
	Unsure Verdict = iota
	// Accepted values take effect.
	Accepted
	// Rejected values make the write fail; see [Key.Check] for what that leaves.
	Rejected
)

// String returns the lower-case name.
func (v Verdict) String() string { return [...]string{"unsure", "accepted", "rejected"}[min(v, 2)] }

// Check says what a kernel does with a value, and why unless it is accepted.
//
// The kernel (kernel/sysctl.c) takes the numbers a value starts with, split at
// blanks, and ignores what follows the last one it wants: a single-number key
// reads "4096 # x" as 4096. Numbers are decimal, octal after 0 and hexadecimal
// after 0x; a unit, a plus or a comma fails the write. A triple whose second or
// third number is bad is Rejected although the numbers before it are in force
// already. Ranges are judged for 6.1 and later: older kernels check less.
func (k *Key) Check(value, kernel string) (Verdict, string) {
	if k.Access == "read-only" {
		return Rejected, "the key is read-only"
	}
	switch {
	case k.Name == "net.ipv4.ip_local_port_range":
		return checkPortRange(value)
	case k.Name == "net.ipv4.ip_local_reserved_ports":
		return checkPortList(value)
	case k.Name == "kernel.sem":
		return k.checkNumbers(value, kernel, 4)
	}
	switch k.Type {
	case "int", "bool":
		return k.checkNumbers(value, kernel, 1)
	case "bitmap":
		if strings.HasPrefix(k.Unit, "cpumask") || strings.HasPrefix(k.Unit, "types") {
			return Unsure, "a mask in a notation of its own"
		}
		return k.checkNumbers(value, kernel, 1)
	case "range":
		return k.checkNumbers(value, kernel, 2)
	case "triple":
		return k.checkNumbers(value, kernel, 3)
	case "list":
		return checkList(value)
	}
	return k.checkText(value)
}

// checkNumbers judges a value of at most want numbers.
func (k *Key) checkNumbers(value, kernel string, want int) (Verdict, string) {
	list, clean := leadingNumbers(value, want)
	if len(list) == 0 || !clean {
		return Rejected, fmt.Sprintf("%q is not a number the kernel reads", firstBad(value, len(list)))
	}
	worst, why := Accepted, ""
	for _, n := range list {
		switch v, reason := k.inRange(n, kernel); {
		case v == Rejected:
			return v, reason
		case v == Unsure:
			worst, why = v, reason
		}
	}
	if want == 2 && len(list) == 2 && compare(list[0], list[1]) > 0 {
		return Unsure, "the first number is larger than the second"
	}
	return worst, why
}

// firstBad returns the word behind the first n words, "" when there is none.
func firstBad(value string, n int) string {
	if w := words(value); n < len(w) {
		return w[n]
	}
	return ""
}

// inRange judges one number against what the table knows of Min and Max.
func (k *Key) inRange(n number, kernel string) (Verdict, string) {
	value, _, known := k.defaultFor(kernel)
	isDefault := known && value == n.String()
	rejectBelow, acceptFrom := limits(k.Min, lowestInt)
	acceptTo, rejectAbove := limits(k.Max, highestInt)
	why := fmt.Sprintf("%s is outside %s to %s", n, orUnknown(k.Min), orUnknown(k.Max))
	outside := rejectBelow != nil && compare(n, *rejectBelow) < 0 || rejectAbove != nil && compare(n, *rejectAbove) > 0
	switch {
	case outside && isDefault: // 6.18 refuses kernel.sem_next_id = -1, with which it starts
		return Unsure, why + ", but what the kernel starts with"
	case outside:
		if checked, _ := parseRelease("6.1"); !atLeast(kernel, checked) {
			return Unsure, why + " on recent kernels"
		}
		return Rejected, why
	case isDefault, acceptFrom != nil && acceptTo != nil && compare(n, *acceptFrom) >= 0 && compare(n, *acceptTo) <= 0:
		return Accepted, ""
	}
	return Unsure, fmt.Sprintf("whether %s is within the limits depends on the machine", n)
}

func atLeast(kernel string, r release) bool {
	have, ok := parseRelease(kernel)
	return ok && have >= r
}

func orUnknown(limit string) string {
	if limit == "" {
		return "unknown"
	}
	return limit
}

// The limits of a C int, which is what a handler without limits of its own stores.
var (
	lowestInt  = number{true, 1 << 31}
	highestInt = number{false, 1<<31 - 1}
)

// limits returns both ends of a limit of the table, nil where it says nothing:
// "A..B" gives A and B, a single number gives it twice. "none" leaves only the C type,
// here the end that is surely accepted.
func limits(text string, ctype number) (first, second *number) {
	switch text {
	case "":
		return nil, nil
	case "none":
		if ctype.negative {
			return nil, &ctype
		}
		return &ctype, nil
	case "LONG_MAX": // few handlers check more than that it fits an unsigned long
		text = "9223372036854775807..18446744073709551615"
	case "ULONG_MAX":
		text = "18446744073709551615"
	case "INT_MAX/HZ": // HZ is 1 in no build and at most 1024
		text = "2097151..2147483647"
	case "UINT_MAX/HZ":
		text = "4194303..4294967295"
	case "LONG_MAX/HZ":
		text = "9007199254740991..9223372036854775807"
	}
	a, b, isRange := strings.Cut(text, "..")
	if !isRange {
		b = a
	}
	return limit(a), limit(b)
}

func limit(text string) *number {
	n, ok := parseNumber(text)
	if !ok {
		return nil
	}
	return &n
}

// checkText judges the keys that take a name or free text. Names of modules are
// accepted when mainline has such a module; whether this kernel does is not known.
func (k *Key) checkText(value string) (Verdict, string) {
	var names string
	switch k.Unit {
	case "qdisc name":
		names = "bfifo cake codel etf fq fq_codel fq_pie hhf pfifo pfifo_fast pie sfb sfq"
	case "algorithm":
		names = "bbr bic cdg cubic dctcp highspeed htcp hybla illinois lp nv reno scalable vegas veno westwood yeah"
	case "name", "pattern or pipe command":
		return Accepted, ""
	default:
		return Unsure, "a text in a notation of its own"
	}
	if len(words(value)) != 1 {
		return Rejected, fmt.Sprintf("%q is no single name", value)
	}
	if !slices.Contains(words(names), value) {
		return Unsure, fmt.Sprintf("%q is no name that mainline kernels know", value)
	}
	return Accepted, ""
}

// checkList judges lists of numbers; other lists have a notation of their own.
func checkList(value string) (Verdict, string) {
	if list, clean := leadingNumbers(value, len(value)); !clean || len(list) == 0 {
		return Unsure, "a list in a notation of its own"
	}
	return Accepted, ""
}

// Takes reports whether a kernel has a key, as far as the table tells, and nothing is
// known to keep it from taking a value.
func Takes(key, value, kernel string) bool {
	k, ok := Lookup(key)
	if !ok || k.AddedAfter(kernel) || k.RemovedIn(kernel) {
		return false
	}
	verdict, _ := k.Check(value, kernel)
	return verdict != Rejected
}
