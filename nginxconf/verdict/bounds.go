package verdict

import "github.com/tunelint/tunelint/nginxconf"

// boundSetters are those whose post handlers look at a value once more.
var boundSetters = []setter{
	{"connection_pool_size|request_pool_size|http2_pool_size", anyHTTP, checkPoolSize},
	{"gzip_window|gzip_hash", anyHTTP, checkCompressionWindow},
	{"http2_recv_buffer_size", nginxconf.InHTTP, checkReceiveBuffer},
	{"http2_body_preread_size", anyHTTP, checkPreread},
	{"http2_chunk_size", anyHTTP, checkChunk},
	{"http2_streams_index_size", anyHTTP, checkStreamsIndex},
	{"map_hash_max_size|map_hash_bucket_size", nginxconf.InHTTP | nginxconf.InStream, checkBeforeMaps},
	{"proxy_buffer_size|proxy_downstream_buffer|proxy_upstream_buffer", anyStream, checkStreamBuffer},
	{"http2_max_concurrent_pushes", anyHTTP, checkPushes},
	{"http2_push_preload", anyHTTP, checkPreload},
	{"http2_push", anyHTTP, checkPush},
}

// What ngx_palloc.h has on machines of 64 bits.
const (
	leastPool     = 112
	poolAlignment = 16
)

// size returns the size that is the only argument.
func (s *statement) size() (int64, bool) { return nginxconf.ParseSize(s.Arg(0), false) }

// checkBeforeMaps finds a map further up, which has set what its hash is like.
func checkBeforeMaps(s *statement) {
	s.refuseAfter("map")
}

// checkStreamBuffer finds another name of the same buffer further up.
func checkStreamBuffer(s *statement) {
	for _, name := range []string{"proxy_buffer_size", "proxy_downstream_buffer", "proxy_upstream_buffer"} {
		if name != s.Name {
			s.refuseAfter(name)
		}
	}
}

// refuseAfter refuses a second setting of what another directive has set.
func (s *statement) refuseAfter(name string) {
	for _, d := range s.scope.Items() {
		switch {
		case d == s.Directive:
			return
		case d.Name == name && d.Certain() && s.Certain() && !s.refused(-1):
			s.refuseAs(DuplicateDirective, -1, `"%s" directive is duplicate`, s.Name)
			return
		}
	}
}

func checkPoolSize(s *statement) {
	switch n, ok := s.size(); {
	case !ok:
	case n < leastPool:
		s.refuse(0, "the pool size must be no less than %d", leastPool)
	case n%poolAlignment != 0:
		s.refuse(0, "the pool size must be a multiple of %d", poolAlignment)
	}
}

func checkCompressionWindow(s *statement) {
	n, ok := s.size()
	most, list := int64(32<<10), "512, 1k, 2k, 4k, 8k, 16k, or 32k"
	if s.Name == "gzip_hash" {
		most, list = 128<<10, "512, 1k, 2k, 4k, 8k, 16k, 32k, 64k, or 128k"
	}
	if ok && (n < 512 || n > most || n&(n-1) != 0) {
		s.refuse(0, `"%s" directive must be %s`, s.Name, list)
	}
}

// checkReceiveBuffer compares with the state that is kept between frames, which
// 1.22.1 keeps twice.
func checkReceiveBuffer(s *statement) {
	least := int64(16)
	if !s.judge.version.Since("1.22.2") {
		least = 2 * 16
	}
	if n, ok := s.size(); ok && n <= least {
		s.refuse(0, `"%s" directive value is too small`, s.Name)
	}
}

func checkPreread(s *statement) {
	if n, ok := s.size(); ok && n > 1<<31-1 {
		s.refuse(0, "the maximum body preread buffer size is %d", 1<<31-1)
	}
}

func checkChunk(s *statement) {
	if n, ok := s.size(); ok && n == 0 {
		s.refuse(0, "the http2 chunk size cannot be zero")
	}
}

func checkStreamsIndex(s *statement) {
	if n, ok := nginxconf.ParseNumber(s.Arg(0)); ok && n&(n-1) != 0 || ok && n == 0 {
		s.refuse(0, `"%s" directive must be a power of two`, s.Name)
	}
}

// withoutPushes is the release from which the directives on pushes are ignored.
const withoutPushes = "1.25.1"

func checkPreload(s *statement) {
	if s.judge.version.Since(withoutPushes) {
		return
	}
	flag := newValueSlot(flagValue)
	if message := flag.refuse(s.Name, s.Arg(0)); message != "" && s.plain(0) {
		s.refuse(0, "%s", message)
	}
	s.checkOnce(always)
}

// checkPush finds "off" beside another.
func checkPush(s *statement) {
	pushes := s.scope.Own(s.Name)
	if s.judge.version.Since(withoutPushes) || len(pushes) < 2 || pushes[0] == s.Directive || !s.Certain() || !pushes[0].Certain() {
		return
	}
	earlier := pushes[0]
	switch off := s.Arg(0) == "off"; {
	case off && earlier.Arg(0) == "off":
		s.refuseAs(DuplicateDirective, -1, `"%s" directive is duplicate`, s.Name)
	case off:
		s.refuse(0, `"%s" directive "off" parameter cannot be used with URI`, s.Name)
	case earlier.Arg(0) == "off":
		s.refuseWord(0, `"%s" directive URI cannot be used with "off" parameter`, s.Name)
	}
}

func checkPushes(s *statement) {
	if s.judge.version.Since(withoutPushes) {
		return
	}
	if _, ok := nginxconf.ParseNumber(s.Arg(0)); !ok {
		s.refuseWord(0, `"%s" directive invalid number`, s.Name)
	}
	s.checkOnce(always)
}
