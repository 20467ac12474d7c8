package appconf

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/tunelint/tunelint/appconf/shellwords"
	"github.com/tunelint/tunelint/appconf/syntax"
)

// Where Spring Boot takes a property from, weakest first ("Externalized
// Configuration"): application files, those of a profile, the environment, -D,
// the command line.
const (
	rankApplication = iota + 1
	rankProfile
	rankSpringEnvironment
	rankSystemProperty
	rankSpringArgument
)

// A springSetting is what one property decides.
type springSetting struct {
	// server is the only one that reads the property; "" when all do.
	server string
	name   string
	read   func(string) (int64, bool)
}

// springSettings are the properties of the embedded servers by canonical name.
// Times without a unit are milliseconds.
var springSettings = map[string]springSetting{
	"server.port":     {"", "port", nil},
	"server.address":  {"", "address", nil},
	"server.shutdown": {"", "shutdown", nil},
	"spring.lifecycle.timeoutpershutdownphase": {"", "shutdown phase", springDuration},
	"server.ssl.enabled":                       {"", "tls enabled", nil},
	"server.ssl.keystore":                      {"", "tls", nil},
	"server.ssl.certificate":                   {"", "tls", nil},
	"server.ssl.bundle":                        {"", "tls", nil},
	"server.http2.enabled":                     {"", "h2c", nil},
	"server.maxhttprequestheadersize":          {"", "max_header_size", springSize},
	"server.maxhttpheadersize":                 {"", "max-http-header-size", springSize},
	"spring.servlet.multipart.maxrequestsize":  {"", "multipart", nil},
	"spring.threads.virtual.enabled":           {"", "virtual threads", nil},
	"server.tomcat.keepalivetimeout":           {"Tomcat", "keepalive_timeout", springTimeout},
	"server.tomcat.connectiontimeout":          {"Tomcat", "connection-timeout", springTimeout},
	"server.tomcat.maxkeepaliverequests":       {"Tomcat", "max_requests_per_connection", tomcatRequests},
	"server.tomcat.acceptcount":                {"Tomcat", "listen_backlog", syntax.ReadPositive},
	"server.tomcat.maxconnections":             {"Tomcat", "max_connections", syntax.ReadPositive},
	"server.tomcat.threads.max":                {"Tomcat", "threads", syntax.ReadPositive},
	"server.jetty.connectionidletimeout":       {"Jetty", "keepalive_timeout", springTimeout},
	"server.jetty.maxconnections":              {"Jetty", "max_connections", syntax.ReadPositive},
	"server.jetty.threads.max":                 {"Jetty", "threads", syntax.ReadPositive},
	"server.netty.idletimeout":                 {"Netty", "keepalive_timeout", springTimeout},
	"server.netty.maxkeepaliverequests":        {"Netty", "max_requests_per_connection", syntax.ReadPositive},
	"server.undertow.norequesttimeout":         {"Undertow", "keepalive_timeout", springTimeout},
	"server.undertow.threads.worker":           {"Undertow", "threads", syntax.ReadPositive},
}

// springServers names the embedded server by preset. With spring-boot alone it is
// not known.
var springServers = map[string]string{
	"spring-boot-tomcat": "Tomcat", "spring-boot-jetty": "Jetty", "reactor-netty": "Netty", "undertow": "Undertow",
}

func isSpring(family string) bool {
	return family == "spring-boot" || family == "reactor-netty" || family == "undertow"
}

// canonical returns the one form that the spellings of a property share:
// keep-alive-timeout, keepAliveTimeout and keep_alive_timeout are the same.
func canonical(key string) string {
	return strings.ToLower(strings.NewReplacer("-", "", "_", "").Replace(strings.TrimSpace(key)))
}

// finishSpring decides which properties hold and what they mean for the server.
func (r *reading) finishSpring() {
	if len(r.springFiles) > 0 && r.family() == "undertow" {
		r.withhold("max_header_size") // Spring Boot sets one of its own
	}
	r.readSpringFiles()
	for _, e := range r.springArguments {
		r.springProperty(e.KeyValue, e.rank, e.why)
	}
	r.readSpringEnvironment()
	r.finishSpringServer()
	r.finishSpringShutdown()
	r.finishSpringProtocol()
	r.finishListen()
}

// readSpringEnvironment reads the variables that stand for properties: dots are
// underscores, dashes are left out.
func (r *reading) readSpringEnvironment() {
	if v, ok := r.env["SPRING_APPLICATION_JSON"]; ok {
		r.giveUp(v.At, "properties in SPRING_APPLICATION_JSON are not read")
		r.doubt(r.fromSpringFile, "SPRING_APPLICATION_JSON may set it again")
	}
	for _, name := range slices.Sorted(maps.Keys(r.env)) {
		v := r.env[name]
		key := strings.ToLower(strings.ReplaceAll(name, "_", "."))
		for _, property := range slices.Sorted(maps.Keys(springSettings)) {
			s := springSettings[property]
			switch {
			case key == property:
				r.springProperty(syntax.KeyValue{Key: property, Text: v.Text, At: v.At}, rankSpringEnvironment, v.Why)
			case strings.ReplaceAll(key, ".", "") == strings.ReplaceAll(property, ".", ""):
				r.puzzle(s.name, v.At, rankSpringEnvironment, "write the variable without underscores inside of names: "+environmentName(property))
			}
		}
	}
}

// environmentName returns the variable that stands for a property.
func environmentName(property string) string {
	return strings.ToUpper(strings.ReplaceAll(property, ".", "_"))
}

// springSetting returns what a property decides, false when it is none of the
// settings or the server does not read it.
func (r *reading) springSetting(e syntax.KeyValue) (springSetting, bool) {
	s, known := springSettings[canonical(e.Key)]
	server := springServers[r.runtime.ID]
	return s, known && (s.server == "" || server == "" || s.server == server)
}

// springProperty declares one property for the server that reads it.
func (r *reading) springProperty(e syntax.KeyValue, rank int, why string) {
	s, counts := r.springSetting(e)
	switch {
	case !counts:
		return
	case s.server != "" && springServers[r.runtime.ID] == "":
		why = "it counts on " + s.server + " only, and the server is not known: write spring-boot-tomcat or spring-boot-jetty for runtime"
	}
	text, unknown := r.fillIn(e.Text)
	value := shellwords.Word{Text: strings.TrimSpace(text), Why: firstText(why, unknown)}
	r.declared = append(r.declared, optionValue(&flag{name: s.name, read: s.read}, value, e.At, rank))
}

// finishSpringServer gives properties the meaning they have for the server and
// the version.
func (r *reading) finishSpringServer() {
	if !r.pick("keepalive_timeout").at.IsValid() {
		r.copyAs("connection-timeout", "keepalive_timeout")
	}
	if old := r.pick("max-http-header-size"); old.at.IsValid() && !r.pick("max_header_size").at.IsValid() {
		if r.runtime.Within("", "3") && r.family() == "spring-boot" {
			r.copyAs("max-http-header-size", "max_header_size")
		} else {
			r.puzzle("max_header_size", old.at, old.rank, "it is a property of Spring Boot before 3.0")
		}
	}
	if d := r.pick("virtual threads"); d.at.IsValid() && (d.why != "" || d.text != "false") {
		r.drop("threads")
		r.puzzle("threads", d.at, d.rank, "requests may run on virtual threads")
	}
	if d := r.pick("multipart"); d.at.IsValid() {
		r.puzzle("max_body_size", d.at, d.rank, "it limits multipart requests only")
	}
}

// springPhase is spring.lifecycle.timeout-per-shutdown-phase where it is not set
// (LifecycleProperties.java).
const springPhase = 30 * time.Second

// finishSpringShutdown reads how the server stops: gracefully within the time of
// a phase, or at once. Graceful is the default since 3.4.
func (r *reading) finishSpringShutdown() {
	mode, phase := r.pick("shutdown"), r.pick("shutdown phase")
	_, graceful := r.runtime.Figures["shutdown_timeout"]
	switch {
	case !mode.at.IsValid() && !graceful && r.runtime.Version == "":
		if phase.at.IsValid() {
			r.puzzle("shutdown_timeout", phase.at, phase.rank, "whether the server stops gracefully depends on the version of Spring Boot")
		}
	case !mode.at.IsValid() && !graceful:
		if len(r.springFiles) > 0 && r.opaque == "" && r.family() == "spring-boot" && r.immediate() {
			r.declared = append(r.declared, declaration{name: "shutdown_timeout", text: r.runtime.Label + " default: immediate"})
		}
	case !mode.at.IsValid():
		r.copyAs("shutdown phase", "shutdown_timeout")
	case mode.why != "":
		r.puzzle("shutdown_timeout", mode.at, mode.rank, mode.why)
	case strings.EqualFold(mode.text, "immediate"):
		r.declare("shutdown_timeout", 0, mode.at, mode.rank)
	case !strings.EqualFold(mode.text, "graceful"):
		r.puzzle("shutdown_timeout", mode.at, mode.rank, "neither graceful nor immediate")
	case phase.at.IsValid():
		r.copyAs("shutdown phase", "shutdown_timeout")
	default:
		r.declared = append(r.declared, declaration{name: "shutdown_timeout", number: int64(springPhase), text: "Spring Boot default for graceful shutdown"})
	}
}

// immediate reports whether the version surely stops at once by default.
func (r *reading) immediate() bool {
	return r.runtime.Within("", "3.4")
}

func (r *reading) finishListen() {
	host, port := r.pick("address"), r.pick("port")
	switch {
	case !port.at.IsValid() || port.why != "" || host.why != "" || readable(port.text) == "":
	case host.at.IsValid():
		r.listens(host.text + ":" + port.text)
	default:
		r.listens(port.text)
	}
}

// readable returns a port that can be listened at, "" for others.
func readable(port string) string {
	if n, ok := syntax.ReadPositive(port); ok && n < 1<<16 {
		return port
	}
	return ""
}
