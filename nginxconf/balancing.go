package nginxconf

// BalancingMethods returns the directives of an upstream block that say how a
// server is chosen, in order. nginx warns about each but the first, and the last
// one rules.
func (u *Upstream) BalancingMethods() []*Directive {
	var out []*Directive
	for _, d := range u.Scope.Items() {
		switch d.Name {
		case "hash", "ip_hash", "least_conn", "least_time", "random",
			"fair", "balancer_by_lua_block", "balancer_by_lua_file":
			out = append(out, d)
		}
	}
	return out
}
