package verdict

// responders judges the OCSP responders of servers that ask one about their
// clients. nginx reads the address when it sets up TLS, with a certificate.
func responders(j *judge) []Verdict {
	if !j.config.Has("ssl_ocsp") {
		return nil
	}
	for _, kind := range listeners[:2] {
		block := j.blockOf(kind.block)
		if block == nil || j.config.Hidden() != nil {
			continue
		}
		for _, s := range block.Children {
			if s.Context != kind.server || !certified(s) || inForce(s, "ssl_ocsp") == nil {
				continue
			}
			if d := inForce(s, "ssl_ocsp_responder"); d != nil {
				if refusal := responderRefusal(d.Arg(0)); refusal != "" {
					return []Verdict{{
						Kind: InvalidValue, Directive: d, Scope: s, Context: s.Context, Late: true,
						Message: refusal + ` in OCSP responder "` + d.Arg(0) + `" in "ssl_ocsp_responder"`,
					}}
				}
			}
		}
	}
	return nil
}

func responderRefusal(word string) string {
	url, ok := cutScheme(word, "http://")
	switch {
	case word == "" || isReplaced(word):
		return ""
	case !ok || url == "":
		return "invalid URL prefix"
	}
	_, refusal := readAddress(url, urlWithPath)
	return refusal
}
