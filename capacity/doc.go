// Package capacity sums up what a host may be asked for at once and puts each sum
// beside the limit that ends it: descriptors, connections, accept queues, local
// ports and memory. It computes from the lookups of host alone; what a sum means for
// somebody is said by rules and pictures.
package capacity
