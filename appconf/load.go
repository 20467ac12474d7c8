package appconf

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"time"

	"github.com/hashicorp/go-multierror"

	"github.com/tunelint/tunelint/appconf/preset"
	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
)

// LoadApps resolves every application. Relative files are looked up below dir,
// the absolute directory of tunelint.yaml; disk is the view whose "/" is that of this
// machine. Every application is returned; the
// error is a multierror of *source.Error, for files that cannot be read and
// unknown runtimes.
func LoadApps(disk *source.View, dir string, apps []AppConfig) ([]*App, error) {
	var out []*App
	var errs *multierror.Error
	for i := range apps {
		app, err := loadApp(disk, dir, &apps[i])
		out = append(out, app)
		errs = multierror.Append(errs, err)
	}
	return out, errs.ErrorOrNil()
}

func loadApp(disk *source.View, dir string, c *AppConfig) (*App, error) {
	var errs *multierror.Error
	app := &App{Name: c.Name.Value, Upstream: c.Upstream.Value, Span: c.Span,
		WebSocket: c.WebSocket.Value, Streaming: c.Streaming.Value, Routes: c.Routes}
	r := &reading{app: app.Name, upstream: app.Upstream, cpus: c.CPUs.Value, env: map[string]syntax.Variable{}}
	if c.Runtime.Known {
		rt, err := preset.FindRuntime(c.Runtime.Value)
		if err != nil {
			errs = multierror.Append(errs, &source.Error{Span: c.Runtime.Origin.Span, Message: err.Error()})
		} else if r.runtime = rt; len(rt.Figures) == 0 {
			r.skips = append(r.skips, source.Skip{Span: c.Runtime.Origin.Span, Why: "no figures for " + rt.Label})
		}
	}
	for _, name := range c.Files {
		f, err := openFile(disk, dir, name)
		if err != nil {
			r.opaque = "a file could not be read"
			errs = multierror.Append(errs, err)
			continue
		}
		app.Files = append(app.Files, f)
	}
	r.read(app.Files)
	r.startPackage()
	r.finish()
	app.settle(c, r)
	return app, errs.ErrorOrNil()
}

func openFile(disk *source.View, dir string, name source.Setting[string]) (*source.File, error) {
	p := name.Value
	if !path.IsAbs(p) {
		p = path.Join(dir, p)
	}
	f, err := disk.Open(p)
	if err != nil {
		return nil, &source.Error{Span: name.Origin.Span, Message: fmt.Sprintf("read %s: %v", p, reason(err)), Err: err}
	}
	return f, nil
}

// reason returns what went wrong without the path and the system call.
func reason(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}

// finish applies what the runtime makes of the declarations.
func (r *reading) finish() {
	switch {
	case r.family() == "gunicorn":
		r.finishGunicorn()
	case commandServers[r.family()] != nil:
		r.finishCommandServer()
	case r.family() == "uwsgi":
		r.finishUWSGI()
	case r.family() == "puma":
		r.finishPuma()
	case r.family() == "unicorn":
		r.finishUnicorn()
	case isSpring(r.family()):
		r.finishSpring()
	case r.family() == "jetty":
		r.finishListen()
		r.finishJettyProtocol()
	case r.family() == "php-fpm":
		r.finishPools()
	case r.family() == "kestrel":
		r.finishKestrel()
	case readsGo(r.family()):
		r.finishGo()
	case runsNode(r.family()), r.family() == "":
		r.finishNode()
	}
}

// settle decides every setting.
func (a *App) settle(c *AppConfig, r *reading) {
	a.Runtime, a.Listen, a.Skips = r.runtime, r.listen, r.skips
	r.finishHandlers()
	a.Container, a.Stop = r.container, r.stop
	if r.runtime != nil {
		a.RuntimeLabel = r.runtime.Label
	}
	a.KeepAlive = settle(a, r, "keepalive_timeout", c.KeepaliveTimeout)
	request := settle(a, r, "request_timeout", c.RequestTimeout)
	a.RequestTimeout, a.NoRequestTimeout = limit(request), r.unlimited(request)
	a.StartupTime = settle(a, r, "startup_time", c.StartupTime)
	a.ShutdownTimeout = settle(a, r, "shutdown_timeout", c.ShutdownTimeout)
	a.StopGrace = settle(a, r, "stop_grace_period", source.Setting[time.Duration]{})
	a.WorkerTimeout = limit(settle(a, r, "worker_timeout", source.Setting[time.Duration]{}))
	a.HeaderTimeout = limit(settle(a, r, "header_timeout", source.Setting[time.Duration]{}))
	a.RequestReadTimeout = limit(settle(a, r, "request_read_timeout", source.Setting[time.Duration]{}))
	a.WriteTimeout = limit(settle(a, r, "write_timeout", source.Setting[time.Duration]{}))
	a.ComputeTimeout = limit(settle(a, r, "compute_timeout", source.Setting[time.Duration]{}))
	a.PingInterval = limit(settle(a, r, "ping_interval", c.PingInterval))
	a.MaxRequestsPerConnection = settle(a, r, "max_requests_per_connection", c.MaxRequestsPerConnection)
	a.ListenBacklog = settle(a, r, "listen_backlog", c.ListenBacklog)
	a.BacklogAsked = settle(a, r, "backlog_asked", source.Setting[int]{})
	a.Workers = settle(a, r, "workers", c.Workers)
	a.Threads = settle(a, r, "threads", source.Setting[int]{})
	a.MaxRequestsPerWorker = settle(a, r, "max_requests_per_worker", source.Setting[int]{})
	a.MaxConnections = a.perWorker(c, r, settle(a, r, "max_connections", c.MaxConnections))
	a.MemoryPerWorker = settle(a, r, "memory_per_worker", c.MemoryPerWorker)
	a.MemoryLimit = settle(a, r, "memory_limit", c.MemoryLimit)
	a.HeapLimit = settle(a, r, "heap_limit", source.Setting[int64]{})
	a.shareHeap(r)
	a.MaxBodySize = settle(a, r, "max_body_size", c.MaxBodySize)
	a.MaxHeaderSize = settle(a, r, "max_header_size", c.MaxHeaderSize)
	a.MaxResponseHeaderSize = c.MaxResponseHeaderSize
	a.Speaks = a.settleSpeaks(r)
	if a.KeepAlive.Known && a.KeepAlive.Value > 0 && a.KeepAlive.Value < Infinite {
		a.KeepAliveSlack = r.runtime.KeepAliveSlack()
	}
}

// settle decides one setting: tunelint.yaml, else the files, else the default.
func settle[T ~int | ~int64](a *App, r *reading, name string, explicit source.Setting[T]) source.Setting[T] {
	d := r.pick(name)
	switch {
	case explicit.Known:
		noLimit := name == "request_timeout" && d.number == 0
		if d.at.IsValid() && d.why == "" && !noLimit && T(d.number) != explicit.Value {
			a.Disagreements = append(a.Disagreements, Disagreement{Name: name, Config: explicit.Origin.Span, File: d.at, Holds: int64(explicit.Value), Other: d.number})
		}
		return explicit
	case d.at.IsValid() && d.why != "":
		a.Skips = append(a.Skips, source.Skip{Span: d.at, Why: d.why})
		return explicit
	case d.at.IsValid():
		return source.Known(T(d.number), source.Origin{Span: d.at, Assumed: d.assumed})
	case d.text != "": // a default that a file brings about
		return source.Known(T(d.number), source.Origin{Default: d.text, Assumed: d.assumed})
	case r.runtime == nil || r.opaque != "":
		return explicit
	}
	f := r.runtime.Figures[name]
	if v, ok := f.Number(); ok {
		return source.Known(T(v), r.runtime.Origin(f))
	}
	return explicit
}

// limit turns "no limit", 0 or infinite, into unknown.
func limit(s source.Setting[time.Duration]) source.Setting[time.Duration] {
	if s.Value == 0 || s.Value == Infinite {
		return source.Setting[time.Duration]{}
	}
	return s
}

// unlimited reports that nothing limits a request: a limit of 0, which is none, or
// a worker of gunicorn whose timeout only watches its process.
func (r *reading) unlimited(request source.Setting[time.Duration]) source.Setting[bool] {
	switch {
	case request.Known && !limit(request).Known:
		return source.Known(true, request.Origin)
	case request.Known || r.runtime == nil || r.opaque != "":
		return source.Setting[bool]{}
	}
	switch r.runtime.ID {
	case "gunicorn-gthread", "gunicorn-gevent", "gunicorn-asgi", "gunicorn-uvicorn-worker":
		return source.Known(true, r.runtime.Origin(preset.Figure{Verified: true}))
	}
	return source.Setting[bool]{}
}

// perWorker multiplies a limit that holds for each worker; tunelint.yaml states
// the limit of the whole application.
func (a *App) perWorker(c *AppConfig, r *reading, s source.Setting[int]) source.Setting[int] {
	switch {
	case !s.Known || r.runtime == nil || !r.runtime.Figures["max_connections"].PerWorker():
		return s
	case c.MaxConnections.Known:
		a.compareWorkers("max_connections")
		return s
	case !a.Workers.Known || a.Workers.Value < 1 || a.Workers.Value > 1<<20 || s.Value > 1<<40:
		return source.Setting[int]{}
	}
	s.Value *= a.Workers.Value
	s.Origin.Assumed = s.Origin.Assumed || a.Workers.Origin.Assumed
	return s
}

// compareWorkers makes a disagreement about a setting, of which a file states the
// value of one worker, one about the whole application; it is none where the number
// of workers is not known.
func (a *App) compareWorkers(name string) {
	a.Disagreements = slices.DeleteFunc(a.Disagreements, func(d Disagreement) bool {
		return d.Name == name && (!a.Workers.Known || d.Other*int64(a.Workers.Value) == d.Holds)
	})
	for i := range a.Disagreements {
		if d := &a.Disagreements[i]; d.Name == name {
			d.Workers = a.Workers.Value
			d.Other *= int64(d.Workers)
		}
	}
}
