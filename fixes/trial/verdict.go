package trial

import (
	"regexp"
	"strconv"
	"strings"
)

// A Kind says what nginx makes of a configuration.
type Kind uint8

const (
	// CannotTell means that nginx refuses it because of something around it: a file,
	// a name, a user or a right that is not there. What nginx would say of the rest
	// is not known.
	CannotTell Kind = iota
	// OK means that nginx accepts it.
	OK
	// Broken means that nginx refuses what is written in it.
	Broken
)

// A Verdict is what nginx said of a configuration.
type Verdict struct {
	Kind Kind
	// Complaint is its first complaint without the place; "" where it accepts.
	// It says nothing of what stands behind.
	Complaint string
	// File and Line are the place that the complaint names; "" and 0 where it names
	// none, as for what is only seen when everything was read.
	File string
	Line int
	// Syntax reports that nginx read everything to its end ("syntax is ok").
	Syntax bool
}

// String returns the complaint with its place, or "accepted".
func (v Verdict) String() string {
	switch {
	case v.Kind == OK:
		return "accepted"
	case v.File != "":
		return v.Complaint + " in " + v.File + ":" + strconv.Itoa(v.Line)
	}
	return v.Complaint
}

// complaintForm is a line of nginx's log at a level that may end it, as it is
// written to a terminal and as it is written to a log.
var complaintForm = regexp.MustCompile(`(?m)^(?:nginx: |[0-9/]+ [0-9:]+ )\[(emerg|alert|crit)\] (?:[0-9]+#[0-9]+: )?(.*)$`)

var complaintPlace = regexp.MustCompile(`^(.*) in (/.*):([0-9]+)$`)

// verdictOf reads what nginx said.
func verdictOf(said string, accepted bool) Verdict {
	v := Verdict{Kind: OK, Syntax: strings.Contains(said, " syntax is ok\n")}
	if accepted {
		return v
	}
	v.Complaint = firstComplaint(said)
	if m := complaintPlace.FindStringSubmatch(v.Complaint); m != nil {
		v.Complaint, v.File = m[1], m[2]
		v.Line, _ = strconv.Atoi(m[3])
	}
	if v.Kind = Broken; around.MatchString(v.Complaint) {
		v.Kind = CannotTell
	}
	return v
}

// firstComplaint returns the first error of nginx in its output, else its first
// line. What is no emergency ends it only where there is none: it goes on without a
// log that it was built with, and alerts.
func firstComplaint(said string) string {
	all := complaintForm.FindAllStringSubmatch(said, -1)
	for _, m := range all {
		if m[1] == "emerg" {
			return m[2]
		}
	}
	if len(all) > 0 {
		return all[0][2]
	}
	first, _, _ := strings.Cut(strings.TrimSpace(said), "\n")
	return strings.TrimPrefix(first, "nginx: ")
}

// around are the complaints that are about the world around a configuration: errors
// of the operating system, files that are not what they should be, names, users.
var around = regexp.MustCompile(`failed \((?:[0-9]+: |SSL:|/)` +
	`|^host not found in ` +
	`|^getpwnam\(|^getgrnam\(` +
	`|^cannot load certificate|^cannot load CRL|^SSL_|^X509_|^PEM_|^BIO_|^invalid PEM` +
	`|^no such process` +
	`|is not binary compatible|^module "[^"]*" version |^dlopen\(|^dlsym\(` +
	`|^GeoIP_open|^xmlParse|^xmlCtxtReadFile|^xsltParseStylesheetFile`)

// confined are errors that the layers can cause: there was no room, or nothing to
// write to. They are not to be held against the changes.
var confined = regexp.MustCompile(`failed \((?:28: No space left|30: Read-only file system|122: Disk quota)`)

// passing are complaints that may be gone a moment later: a name that was not found,
// and what a busy machine lacks for a while.
var passing = regexp.MustCompile(`^host not found in |failed \((?:4|11|12|23|24|98): `)
