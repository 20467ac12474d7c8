//go:build !linux

package machine

// Queues returns nothing: only Linux has accept queues that can be asked about.
func Queues() []Queue { return nil }
