package appconf

import (
	"time"

	"github.com/tunelint/tunelint/source"
)

// A Container is what an application runs in. The zero Container is none that is
// known of.
type Container struct {
	// Span is the name of the service in the compose file, or of the container in the
	// pod; the container itself where it has none.
	Span source.Span
	// Kind is "compose" or "kubernetes"; "" where only the image is known.
	Kind string
	// Names are those by which others on its network reach it: the service, its
	// aliases, container_name and hostname, or the names of Kubernetes Services
	// with the namespace and cluster suffixes that resolve.
	Names []string
	// Ports maps the ports under Names to those the container listens at; nil where
	// Names lead to the container itself. A value is "" where the name of a port is
	// not declared.
	Ports map[string]string
	// Published maps ports of the host, "8080" or "127.0.0.1:8080", to those the
	// container listens at.
	Published map[string]string
	// Beside are the images of other containers on the same network, loopback addresses
	// included: those of its pod, and those that compose puts there.
	Beside []string
	// Neighbours are the other containers that the same files start: those of its
	// pod, or the other services of compose.
	Neighbours []Neighbour
	// Replicas is how many such containers there are. What [App] counts, such as
	// Workers and MaxConnections, is of one of them.
	Replicas source.Setting[int]
	// HostNetwork reports that it shares the host's network and its kernel settings.
	HostNetwork source.Setting[bool]
	// Sysctls are the kernel settings that it asks for, by key with dots; an unknown
	// one is set to what cannot be read. It does not get every one: see HostNetwork.
	Sysctls map[string]source.Setting[string]
	// NoFileSoft and NoFileHard are its limits on descriptors.
	NoFileSoft, NoFileHard source.Setting[int64]
	// CPUs is its limit in cores.
	CPUs source.Setting[float64]
	// Tasks is its limit on processes and threads; unknown where there is none.
	Tasks source.Setting[int64]
	// Probes are the checks that decide whether it lives and gets requests.
	Probes []Probe
}

// A Neighbour is a container that is started beside one.
type Neighbour struct {
	// Span is its image.
	Span  source.Span
	Image string
	// CPUs is its limit in cores.
	CPUs source.Setting[float64]
	// NoFileSoft and NoFileHard are its limits on descriptors.
	NoFileSoft, NoFileHard source.Setting[int64]
	// MayRaise reports that it is given CAP_SYS_RESOURCE, with which a program
	// raises its hard limit.
	MayRaise bool
}

// A Probe is one health check of a container.
type Probe struct {
	// Kind is "healthcheck", "readiness", "liveness" or "startup".
	Kind string
	Span source.Span
	// Path is what it asks for over HTTP; unknown for other checks.
	Path source.Setting[string]
	// InitialDelay is the time before the first check, or in which failures do not
	// count; Interval the time between checks, Timeout how long one may take.
	InitialDelay, Interval, Timeout source.Setting[time.Duration]
	// Failures and Successes are how many in a row change the state.
	Failures, Successes source.Setting[int]
}

// A Stop is how an application is told to stop; see also [App.StopGrace] and
// [App.ShutdownTimeout].
type Stop struct {
	// PreStop is how long a hook waits before the signal is sent. Its time is not in
	// StopGrace any more.
	PreStop source.Setting[time.Duration]
	// Signal is what is sent, such as "SIGTERM".
	Signal source.Setting[string]
	// Shell is a command in shell form: the shell is process 1 of the container and
	// need not pass signals on. Invalid for none.
	Shell source.Span
	// First reports that the application itself is process 1 of its container, for
	// which the kernel ignores signals that have no handler.
	First source.Setting[bool]
	// Handled reports that the application has a handler for the signal; assumed
	// where none was found in the files of a program.
	Handled source.Setting[bool]
}
