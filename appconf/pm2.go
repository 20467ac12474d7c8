package appconf

import "github.com/tunelint/tunelint/source"

// isEcosystem recognises the configuration of PM2.
func isEcosystem(r *reading, name string) bool {
	return (r.family() == "" || runsNode(r.family())) && (name == "ecosystem.config.js" || name == "ecosystem.config.cjs")
}

// readEcosystem reads the application's entry in the list apps of module.exports
// (PM2, Ecosystem File).
func readEcosystem(r *reading, f *source.File) {
	if len(f.Text) > maxScript {
		r.giveUp(source.Span{File: f}, "too large to be read as source")
		return
	}
	s, err := parseScript(r, f)
	if err != nil {
		r.giveUp(source.Span{File: f}, "cannot be read as JavaScript")
		return
	}
	s.collect()
	app, why := s.ecosystemApp()
	if why != "" {
		r.skips = append(r.skips, source.Skip{Span: source.Span{File: f}, Why: why})
		return
	}
	s.ecosystemOptions(app)
}
