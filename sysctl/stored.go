package sysctl

// Stored returns the numbers of a rejected value that are in force all the same:
// the kernel stores three numbers and more from left to right and stops at the
// first that it does not take (kernel/sysctl.c). nil where it stores nothing.
func (k *Key) Stored(value, kernel string) []string {
	if k.Type != "triple" && k.Name != "kernel.sem" || k.Access == "read-only" {
		return nil
	}
	list, _ := leadingNumbers(value, 4)
	var out []string
	for _, n := range list {
		if verdict, _ := k.inRange(n, kernel); verdict == Rejected {
			break
		}
		out = append(out, n.String())
	}
	return out
}

// Places returns how many numbers a value of the key has, 0 when that is not fixed.
func (k *Key) Places() int {
	return map[string]int{"int": 1, "bool": 1, "range": 2, "triple": 3}[k.Type]
}
