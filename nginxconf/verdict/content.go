package verdict

import (
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

var contentSetters = []setter{
	{"userid_mark", anyHTTP, checkUseridMark},
	{"sub_filter", anyHTTP, checkSubFilter},
	{"charset_map", nginxconf.InHTTP, checkCharsetPair},
	{"modern_browser", anyHTTP, checkModernBrowser},
	{"image_filter", anyHTTP, checkImageFilter},
	{"image_filter_jpeg_quality|image_filter_webp_quality", anyHTTP, checkImageNumber},
}

// checkUseridMark is ngx_http_userid_mark.
func checkUseridMark(s *statement) {
	mark := s.Arg(0)
	if mark == "off" || mark == "=" || len(mark) == 1 && isAlphanumeric(mark[0]) || isPlaceholder(mark) {
		return
	}
	s.refuse(0, `"userid_mark" directive value must be "off" or a single letter, digit or "="`)
}

func isAlphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}

func checkSubFilter(s *statement) {
	if s.Arg(0) == "" {
		s.refuse(0, "empty search pattern")
	}
}

// modernBrowsers are the names that ngx_http_browser_module knows.
const modernBrowsers = "|opera|msie|gecko|safari|konqueror|"

// checkModernBrowser is ngx_http_modern_browser, which says nothing of its own
// where a single word is not "unlisted".
func checkModernBrowser(s *statement) {
	name := s.Arg(0)
	switch {
	case isPlaceholder(s.ArgText()):
	case len(s.Args) == 1:
		if name != "unlisted" {
			s.refuse(0, `"modern_browser" without a version must be "unlisted"`)
		}
	case name == "" || strings.Contains(name, "|") || !strings.Contains(modernBrowsers, "|"+strings.ToLower(name)+"|"):
		s.refuse(0, `unknown browser name "%s"`, name)
	case strings.Trim(s.Arg(1), "0123456789.") != "":
		s.refuse(1, `invalid browser version "%s"`, s.Arg(1))
	}
}

// checkImageFilter is ngx_http_image_filter.
func checkImageFilter(s *statement) {
	what := s.Arg(0)
	switch len(s.Args) {
	case 1:
		if what != "off" && what != "test" && what != "size" {
			s.refuseImage(0)
		}
	case 2:
		angle := s.Arg(1)
		switch {
		case what != "rotate":
			s.refuseImage(0)
		case angle != "90" && angle != "180" && angle != "270" && !strings.Contains(angle, "$"):
			if n, ok := nginxconf.ParseNumber(angle); !ok || n != 90 && n != 180 && n != 270 {
				s.refuseImage(1)
			}
		}
	case 3:
		if what != "resize" && what != "crop" {
			s.refuseImage(0)
			return
		}
		for i := 1; i < 3; i++ {
			if !imageNumber(s.Arg(i)) {
				s.refuseImage(i)
				return
			}
		}
	}
}

func (s *statement) refuseImage(i int) {
	if !isPlaceholder(s.ArgText()) {
		s.refuseAs(InvalidParameter, i, `invalid parameter "%s"`, s.Arg(i))
	}
}

// imageNumber reports whether a word is "-", has variables or is a number above
// zero.
func imageNumber(word string) bool {
	n, ok := nginxconf.ParseNumber(word)
	return word == "-" || strings.Contains(word, "$") || ok && n > 0
}

func checkImageNumber(s *statement) {
	if word := s.Arg(0); !strings.Contains(word, "$") && (word == "-" || !imageNumber(word)) && !isPlaceholder(word) {
		s.refuse(0, `invalid value "%s"`, word)
	}
}
