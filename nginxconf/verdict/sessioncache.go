package verdict

import (
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

const anyMailServer = nginxconf.InMail | nginxconf.InMailServer

var sessionCacheSetters = []setter{
	{"ssl_session_cache", nginxconf.InHTTP | nginxconf.InServer | anyStream | anyMailServer, checkSessionCache},
	{"ssl_ocsp_cache", nginxconf.InHTTP | nginxconf.InServer | anyStream, checkOCSPCache},
	{certificateCaches, anyHTTP | anyStream, checkCertificateCache},
	{"open_file_cache", anyHTTP, checkOpenFileCache},
	{"open_log_file_cache", anyHTTP | anyStream, checkOpenLogFileCache},
}

func checkSessionCache(s *statement) {
	for i, a := range s.Args {
		word, _, _ := strings.Cut(a.Text, "\x00")
		switch word {
		case "off", "none", "builtin":
			continue
		}
		if n, ok := strings.CutPrefix(a.Text, "builtin:"); ok {
			if _, reads := nginxconf.ParseNumber(n); reads {
				continue
			}
		}
		if message := sharedCache(a.Text, `invalid session cache "%s"`, `session cache "%s" is too small`); message != "" {
			s.refuseWord(i, message, a.Text)
		}
	}
}

func checkOCSPCache(s *statement) {
	if s.Arg(0) == "off" {
		return
	}
	if message := sharedCache(s.Arg(0), `invalid OCSP cache "%s"`, `OCSP cache "%s" is too small`); message != "" {
		s.refuseWord(0, message, s.Arg(0))
	}
}

// sharedCache reads shared:NAME:SIZE.
func sharedCache(word, invalid, small string) string {
	value, ok := strings.CutPrefix(word, "shared:")
	if !ok || strings.HasPrefix(value, ":") {
		return invalid
	}
	return zoneSizeRefusal(value, leastZone, invalid, small)
}

var certificateCacheValues = []parameterValue{
	{prefix: "max=", reads: aCount, refusal: invalidParameter},
	{prefix: "inactive=", reads: seconds, refusal: invalidParameter},
	{prefix: "valid=", reads: seconds, refusal: invalidParameter},
}

func checkCertificateCache(s *statement) { s.parameterValues(0, certificateCacheValues) }

const invalidOpenFileCache = `invalid "open_file_cache" parameter "%s"`

var openFileCacheValues = []parameterValue{
	{prefix: "max=", reads: aCount, refusal: invalidOpenFileCache},
	{prefix: "inactive=", reads: seconds, refusal: invalidOpenFileCache},
}

func checkOpenFileCache(s *statement) { s.parameterValues(0, openFileCacheValues) }

const invalidOpenLogFileCache = `invalid "open_log_file_cache" parameter "%s"`

var openLogFileCacheValues = []parameterValue{
	{prefix: "max=", reads: aNumber, refusal: invalidOpenLogFileCache},
	{prefix: "inactive=", reads: seconds, refusal: invalidOpenLogFileCache},
	{prefix: "min_uses=", reads: aNumber, refusal: invalidOpenLogFileCache},
	{prefix: "valid=", reads: seconds, refusal: invalidOpenLogFileCache},
}

func checkOpenLogFileCache(s *statement) {
	s.parameterValues(0, openLogFileCacheValues)
	most := ""
	for _, a := range s.Args {
		if a.Text == "off" {
			return
		}
		if value, ok := strings.CutPrefix(a.Text, "max="); ok {
			most = value // the last one counts
		}
	}
	if n, ok := nginxconf.ParseNumber(most); ok && n == 0 && len(s.out) == 0 {
		s.refuseAs(InvalidParameter, -1, `"%s" must have "max" parameter`, s.Name)
	}
}
