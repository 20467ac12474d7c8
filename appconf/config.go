package appconf

import (
	"time"

	"github.com/tunelint/tunelint/source"
)

// A Config is one tunelint.yaml. Every setting keeps the place of its
// "key: value"; the zero value of a field means that the key is absent.
type Config struct {
	File *source.File
	// FailOn is the least severity that fails a run: "", error, warning, info or never.
	FailOn string
	Rules  []RuleConfig
	Ignore []Ignore
	Hosts  []HostConfig
	Fix    FixConfig
}

// A FixConfig says how fixes are written. Paths are as written.
type FixConfig struct {
	// BackupDir is the folder of backups; not known where nothing is said.
	BackupDir source.Setting[string]
	// ManagedFiles is "", refuse or allow: whether files are written that a program
	// will write again.
	ManagedFiles string
	// Validate is how a change is tested: nginx, or nothing where the list is empty;
	// not known where nothing is said.
	Validate source.Setting[[]string]
	// Roots are folders besides the hosts' roots in which files may be written.
	Roots []source.Setting[string]
}

// A RuleConfig changes one rule.
type RuleConfig struct {
	Span source.Span
	// Rule is the rule's name; whether such a rule exists is not checked here.
	Rule string
	// Severity is "", error, warning, info or off.
	Severity string
	Options  []Option
}

// An Option is one named parameter of a rule, its value as written.
type Option struct {
	Name, Value string
	Span        source.Span
}

// An Ignore suppresses findings.
type Ignore struct {
	Span source.Span
	Rule string
	// Files are glob patterns; none means every file.
	Files []string
	// Reason is why; an entry without one is kept, it is a finding of its own.
	Reason string
	// Until is the last day it holds, as 2027-01-31; "" is for good.
	Until string
}

// A HostConfig describes one host. Paths are as written.
type HostConfig struct {
	Span       source.Span
	Name, Root string
	// Within are the folders, or files, that may be read; none means any. It is no
	// key: what belongs to the host is for whoever names it to say.
	Within        []string
	PathMap       []PathMapping
	Nginx         NginxConfig
	Kernel        source.Setting[string]
	Facts         FactsConfig
	Workload      WorkloadConfig
	Sysctl        []string
	Limits        []string
	Units         []string
	Apps          []AppConfig
	LoadBalancers []LoadBalancerConfig
}

// A PathMapping says where a directory of the host lies on this disk.
type PathMapping struct {
	Span     source.Span
	From, To string
}

// A NginxConfig says which nginx the host runs.
type NginxConfig struct {
	Conf, Prefix, User, Service string
	Version                     source.Setting[string]
	Modules                     []string
}

// A FactsConfig states what the machine is. CPUQuota is the share of its processors
// that nginx gets, in processors. Memory and Swap count bytes,
// NoFileHard file descriptors.
type FactsConfig struct {
	CPUs         source.Setting[int]
	CPUQuota     source.Setting[float64]
	Memory, Swap source.Setting[int64]
	NoFileHard   source.Setting[int64]
	Container    source.Setting[bool]
}

// A WorkloadConfig states what the host must carry. ResponseSize counts bytes.
type WorkloadConfig struct {
	PeakConnections, PeakRPS source.Setting[int]
	UpstreamLatency          source.Setting[time.Duration]
	ResponseSize             source.Setting[int64]
}

// An AppConfig is what tunelint.yaml says of one application; see [App] for
// what the settings mean. Sizes count bytes.
type AppConfig struct {
	Span                     source.Span
	Name, Upstream, Runtime  source.Setting[string]
	Files                    []source.Setting[string]
	KeepaliveTimeout         source.Setting[time.Duration]
	RequestTimeout           source.Setting[time.Duration]
	StartupTime              source.Setting[time.Duration]
	ShutdownTimeout          source.Setting[time.Duration]
	PingInterval             source.Setting[time.Duration]
	MaxRequestsPerConnection source.Setting[int]
	MaxConnections           source.Setting[int]
	ListenBacklog            source.Setting[int]
	Workers                  source.Setting[int]
	MemoryPerWorker          source.Setting[int64]
	MemoryLimit              source.Setting[int64]
	MaxBodySize              source.Setting[int64]
	MaxHeaderSize            source.Setting[int64]
	MaxResponseHeaderSize    source.Setting[int64]
	WebSocket, Streaming     source.Setting[bool]
	// CPUs is what the machine has that the application runs on. It is no key: the
	// host knows, or not.
	CPUs   source.Setting[int]
	Routes []Route
}

// A Route is one path of an application that has limits of its own.
type Route struct {
	Span           source.Span
	Path           string
	RequestTimeout source.Setting[time.Duration]
}

// A LoadBalancerConfig is what tunelint.yaml says of one load balancer; see
// [LoadBalancer] for what the settings mean.
type LoadBalancerConfig struct {
	Span                        source.Span
	Name, Kind                  source.Setting[string]
	IdleTimeout, RequestTimeout source.Setting[time.Duration]
	MaxHeaderSize, MaxBodySize  source.Setting[int64]
	HealthCheck                 HealthCheck
	Retry                       Retry
}

// A HealthCheck is how a load balancer decides that a server may be used.
type HealthCheck struct {
	// Span is the entry in tunelint.yaml; invalid when there is none.
	Span               source.Span
	Path               source.Setting[string]
	Interval           source.Setting[time.Duration]
	Timeout            source.Setting[time.Duration]
	HealthyThreshold   source.Setting[int]
	UnhealthyThreshold source.Setting[int]
	// InitialDelay is the time from the start of a server to its first check.
	InitialDelay source.Setting[time.Duration]
}

// A Retry is what a load balancer does with a request that failed.
type Retry struct {
	// Span is the entry in tunelint.yaml; invalid when there is none.
	Span     source.Span
	Attempts source.Setting[int]
	// RetryOn is the condition as written, such as 5xx.
	RetryOn source.Setting[string]
}
