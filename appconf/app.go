package appconf

import (
	"time"

	"github.com/tunelint/tunelint/appconf/preset"
	"github.com/tunelint/tunelint/source"
)

// An App is one application with every value resolved: tunelint.yaml wins over
// the application's files, and they over the defaults of its runtime. A setting
// that some file decides in a way that cannot be read is unknown, never the
// default; Skips says where.
type App struct {
	// Name and Upstream are as in tunelint.yaml; Span is its entry there.
	Name, Upstream string
	Span           source.Span
	// Runtime is nil when none is declared or the declared one is unknown.
	Runtime *preset.Runtime
	// RuntimeLabel names it: "node 20"; "" without a runtime.
	RuntimeLabel string

	// KeepAlive is how long an idle connection is kept. [Infinite]: the application
	// never closes it; 0: it closes after each answer.
	KeepAlive source.Setting[time.Duration]
	// KeepAliveSlack is how much later than it says the runtime really closes.
	KeepAliveSlack time.Duration
	// RequestTimeout is when the application itself gives up on a request; unknown
	// when nothing limits it.
	RequestTimeout source.Setting[time.Duration]
	// NoRequestTimeout reports that nothing in it is known to limit a request; the
	// origin is what says so.
	NoRequestTimeout source.Setting[bool]
	// StartupTime is the time from its start to its first answer.
	StartupTime source.Setting[time.Duration]
	// ShutdownTimeout is how long it may take to finish once told to stop.
	ShutdownTimeout source.Setting[time.Duration]
	// StopGrace is when its supervisor kills it after telling it to stop.
	StopGrace source.Setting[time.Duration]
	// WorkerTimeout is when a master process kills a silent worker. It limits a
	// request only where RequestTimeout says so.
	WorkerTimeout source.Setting[time.Duration]
	// HeaderTimeout and RequestReadTimeout limit receiving the header and the whole
	// of a request; neither limits answering it.
	HeaderTimeout, RequestReadTimeout source.Setting[time.Duration]
	// WriteTimeout closes the connection in the middle, without a status, so long
	// after the request was read (Go's http.Server).
	WriteTimeout source.Setting[time.Duration]
	// ComputeTimeout limits the time a request computes; what it waits for databases
	// or other services does not count (PHP's max_execution_time on Linux).
	ComputeTimeout source.Setting[time.Duration]
	// PingInterval is how often it sends something on a silent WebSocket.
	PingInterval source.Setting[time.Duration]

	// MaxRequestsPerConnection closes a connection after so many; 0 is no limit.
	MaxRequestsPerConnection source.Setting[int]
	// MaxConnections is how many the application holds at once, over all workers.
	MaxConnections source.Setting[int]
	// ListenBacklog is what it asks listen(2) for.
	ListenBacklog source.Setting[int]
	// BacklogAsked is what its files ask for where it listens with ListenBacklog
	// nevertheless.
	BacklogAsked source.Setting[int]
	// Workers counts processes, Threads threads of each.
	Workers, Threads source.Setting[int]
	// MaxRequestsPerWorker restarts a worker after so many; 0 is never.
	MaxRequestsPerWorker source.Setting[int]

	// MemoryPerWorker and MemoryLimit count bytes.
	MemoryPerWorker, MemoryLimit source.Setting[int64]
	// HeapLimit is the largest heap of one process of Node, a JVM or PHP, in bytes;
	// other memory comes on top.
	HeapLimit source.Setting[int64]
	// MaxBodySize and MaxHeaderSize are the largest request the application takes,
	// in bytes. They say nothing about its answers.
	MaxBodySize, MaxHeaderSize source.Setting[int64]
	// MaxResponseHeaderSize is the largest header of its answers in bytes, status
	// line included. Only tunelint.yaml says so: what a runtime would allow is not
	// what an application sends.
	MaxResponseHeaderSize source.Setting[int64]

	// Speaks are the protocols it understands where nginx connects to.
	Speaks source.Setting[Protocol]

	WebSocket, Streaming bool
	Routes               []Route
	// Listen is where the files make it listen: "3000", "127.0.0.1:8000",
	// "unix:/run/app.sock". Empty: not declared.
	Listen []string
	// Stop is how it is told to stop, and Container what it runs in.
	Stop      Stop
	Container Container

	// Files are those that were read.
	Files []*source.File
	// Skips are places that decide a setting and could not be read.
	Skips []source.Skip
	// Disagreements are settings that tunelint.yaml and a file set differently.
	Disagreements []Disagreement
}

// A Disagreement is one setting with two values: the one in tunelint.yaml holds.
type Disagreement struct {
	// Name is the key in tunelint.yaml.
	Name string
	// Config and File are the two places.
	Config, File source.Span
	// Holds is the value of tunelint.yaml and Other that of the file: nanoseconds,
	// bytes or a count. Workers is by how many the file's value was multiplied, 0
	// where it is one of the whole application.
	Holds, Other int64
	Workers      int
}
