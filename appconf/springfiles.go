package appconf

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/spelling"
)

// springActive is the variable that names the active profiles. What the files say
// of them themselves is overridden where the application runs.
const springActive = "SPRING_PROFILES_ACTIVE"

// springFileName matches application.yml and application-PROFILE.properties.
var springFileName = syntax.Pattern(`^application(?:-(.+))?\.(properties|ya?ml)$`)

func isSpringFile(r *reading, name string) bool {
	return isSpring(r.family()) && springFileName().MatchString(name)
}

// A springFile is one file of properties.
type springFile struct {
	file    *source.File
	profile string // of its name; "" for all
	docs    [][]syntax.KeyValue
}

// collectSpringFile keeps the properties of a file; which of them hold is decided
// when every file was read.
func collectSpringFile(r *reading, f *source.File) {
	m := springFileName().FindStringSubmatch(f.Path[strings.LastIndexByte(f.Path, '/')+1:])
	s := springFile{file: f, profile: m[1]}
	if m[2] == "properties" {
		s.docs = syntax.PropertyDocuments(f)
	} else {
		docs, err := syntax.YAMLDocuments(f)
		if err != nil {
			r.giveUp(source.Span{File: f}, "not valid YAML")
			return
		}
		s.docs = docs
	}
	r.springFiles = append(r.springFiles, s)
}

func (r *reading) readSpringFiles() {
	grouped := r.groupsProfiles()
	for _, f := range r.springFiles {
		for _, doc := range f.docs {
			r.springDocument(f, doc, grouped)
		}
	}
	for _, f := range r.springFiles {
		if e, ok := f.find("spring.config.import"); ok {
			r.giveUp(e.At, "what it imports is not read")
			r.doubt(func(d *declaration) bool { return d.at.File == f.file }, "an imported file may set it again")
		}
	}
}

// fromSpringFile reports whether a file of properties declares a setting.
func (r *reading) fromSpringFile(d *declaration) bool {
	return slices.ContainsFunc(r.springFiles, func(f springFile) bool { return f.file == d.at.File })
}

// find returns a property of the file whose name starts with a prefix.
func (f springFile) find(prefix string) (syntax.KeyValue, bool) {
	for _, doc := range f.docs {
		for _, e := range doc {
			if strings.HasPrefix(canonical(e.Key), prefix) {
				return e, true
			}
		}
	}
	return syntax.KeyValue{}, false
}

// springDocument declares what one document holds. Later documents of a file win.
// grouped says that a profile may bring others along.
func (r *reading) springDocument(f springFile, doc []syntax.KeyValue, grouped bool) {
	rank, holds, profile := rankApplication, active, f.profile
	if profile != "" {
		rank, holds = rankProfile, r.profileState(profile, grouped)
	}
	for _, e := range doc {
		switch canonical(e.Key) {
		case "spring.config.activate.onprofile", "spring.profiles":
			holds, profile = min(holds, r.profileState(e.Text, grouped)), e.Text
		case "spring.config.activate.oncloudplatform":
			holds, profile = min(holds, perhapsActive), "of the platform "+e.Text
		}
	}
	for _, e := range doc {
		s, counts := r.springSetting(e)
		switch {
		case !counts || holds == inactive:
		case holds == perhapsActive:
			r.springProperty(e, rankProfile, fmt.Sprintf("it counts where the profile %s is active, which is not known", spelling.Abbreviate(profile)))
		default:
			r.forget(s.name, f.file)
			r.springProperty(e, rank, "")
		}
	}
}

type profileState int

const (
	inactive profileState = iota
	perhapsActive
	active
)

var profileName = syntax.Pattern(`^!?[\w.+@-]+$`)

// profileState says whether a document of the profiles holds: a list of names,
// "!" in front for profiles that must not be active.
func (r *reading) profileState(profiles string, grouped bool) profileState {
	v, known := r.env[springActive]
	if !known || v.Why != "" || grouped {
		return perhapsActive
	}
	var on []string
	for _, name := range strings.Split(v.Text, ",") {
		on = append(on, strings.TrimSpace(name))
	}
	state := inactive
	for _, name := range strings.Split(profiles, ",") {
		name = strings.TrimSpace(name)
		plain, negated := strings.CutPrefix(name, "!")
		switch {
		case !profileName().MatchString(name):
			state = max(state, perhapsActive)
		case slices.Contains(on, plain) != negated:
			state = active
		}
	}
	return state
}

// groupsProfiles reports whether a profile may bring others along.
func (r *reading) groupsProfiles() bool {
	for _, f := range r.springFiles {
		for _, prefix := range []string{"spring.profiles.group", "spring.profiles.include"} {
			if _, ok := f.find(prefix); ok {
				return true
			}
		}
	}
	return false
}
