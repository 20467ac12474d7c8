package appconf

import (
	"time"

	"github.com/tunelint/tunelint/source"
)

// A figure is one setting of an application with its key: nanoseconds, bytes or a count.
type figure struct {
	name   string
	number int64
	known  bool
	origin source.Origin
	steps  []int64 // what one of its notation's units may be
}

// Units in which files write times, sizes and counts. Less than a millisecond is
// nobody's notation of a timeout but a unit forgotten.
var (
	timeSteps  = []int64{int64(time.Millisecond), int64(time.Second), int64(time.Minute), int64(time.Hour)}
	sizeSteps  = []int64{1, 1e3, 1 << 10, 1e6, 1 << 20, 1e9, 1 << 30}
	countSteps = []int64{1}
)

// figures lists every setting that is a number.
func (a *App) figures() []figure {
	return []figure{
		figureOf("keepalive_timeout", a.KeepAlive, timeSteps),
		figureOf("request_timeout", a.RequestTimeout, timeSteps),
		figureOf("startup_time", a.StartupTime, timeSteps),
		figureOf("shutdown_timeout", a.ShutdownTimeout, timeSteps),
		figureOf("stop_grace_period", a.StopGrace, timeSteps),
		figureOf("worker_timeout", a.WorkerTimeout, timeSteps),
		figureOf("header_timeout", a.HeaderTimeout, timeSteps),
		figureOf("request_read_timeout", a.RequestReadTimeout, timeSteps),
		figureOf("write_timeout", a.WriteTimeout, timeSteps),
		figureOf("compute_timeout", a.ComputeTimeout, timeSteps),
		figureOf("ping_interval", a.PingInterval, timeSteps),
		figureOf("max_requests_per_connection", a.MaxRequestsPerConnection, countSteps),
		figureOf("max_connections", a.MaxConnections, countSteps),
		figureOf("listen_backlog", a.ListenBacklog, countSteps),
		figureOf("backlog_asked", a.BacklogAsked, countSteps),
		figureOf("workers", a.Workers, countSteps),
		figureOf("threads", a.Threads, countSteps),
		figureOf("max_requests_per_worker", a.MaxRequestsPerWorker, countSteps),
		figureOf("memory_per_worker", a.MemoryPerWorker, sizeSteps),
		figureOf("memory_limit", a.MemoryLimit, sizeSteps),
		figureOf("heap_limit", a.HeapLimit, sizeSteps),
		figureOf("max_body_size", a.MaxBodySize, sizeSteps),
		figureOf("max_header_size", a.MaxHeaderSize, sizeSteps),
	}
}

func figureOf[T ~int | ~int64](name string, s source.Setting[T], steps []int64) figure {
	return figure{name, int64(s.Value), s.Known, s.Origin, steps}
}

// figure returns the setting of a key; the zero figure where there is none.
func (a *App) figure(name string) figure {
	for _, f := range a.figures() {
		if f.name == name {
			return f
		}
	}
	return figure{}
}
