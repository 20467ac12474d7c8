// Package lint runs rules over a host and collects what they find. It holds
// the words every rule uses - rule, pass, finding - and what surrounds a run:
// suppression, verification of fixes, and settling to a fixed point. The rules
// themselves are in lint/rules.
package lint
