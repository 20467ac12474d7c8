package nginxconf

import (
	"errors"
	"strings"
)

// What nginx answers with 400 in a request's path.
var (
	errEscape = errors.New(`"%" needs two hexadecimal digits behind it, and %00 is refused`)
	errAbove  = errors.New("the path leads above the root")
)

// DecodePath returns the path that nginx matches locations with: "%XX" decoded
// once, "." and ".." resolved, several slashes merged if that is on, and without
// what follows "?" or "#" (ngx_http_parse_complex_uri). The error says why nginx
// answers 400; target must start with "/".
func DecodePath(target string, mergeSlashes bool) (string, error) {
	r := uriReader{merge: mergeSlashes, out: make([]byte, 0, len(target))}
	for i := 0; i < len(target); i++ {
		c, literal := target[i], false
		switch {
		case c == '?' || c == '#':
			i = len(target)
			continue
		case c == '%':
			if i+2 >= len(target) || hexDigit(target[i+1]) < 0 || hexDigit(target[i+2]) < 0 {
				return "", errEscape
			}
			c = byte(hexDigit(target[i+1])<<4 | hexDigit(target[i+2]))
			i += 2
			if c == 0 {
				return "", errEscape
			}
			literal = c == '%' || c == '#' || c == '?'
		}
		if err := r.add(c, literal); err != nil {
			return "", err
		}
	}
	if err := r.end(); err != nil {
		return "", err
	}
	return string(r.out), nil
}

// A uriReader collects a path; dots counts those behind the last slash, -1 when
// something else stands there.
type uriReader struct {
	merge bool
	out   []byte
	dots  int
}

// add takes the next byte; a literal one never means anything.
func (r *uriReader) add(c byte, literal bool) error {
	slash := len(r.out) > 0 && r.out[len(r.out)-1] == '/'
	switch {
	case c == '/' && slash && r.merge:
		return nil
	case c == '/' && !slash && r.dots > 0:
		return r.end()
	case c == '/':
		r.dots = 0
	case c == '.' && !literal && r.dots >= 0 && r.dots < 2 && len(r.out) > 0:
		r.dots++
	default:
		r.dots = -1
	}
	r.out = append(r.out, c)
	return nil
}

// end resolves dots behind the last slash.
func (r *uriReader) end() error {
	up := r.dots == 2
	if r.dots > 0 {
		r.out = r.out[:len(r.out)-r.dots]
	}
	r.dots = 0
	if !up {
		return nil
	}
	above := strings.LastIndexByte(string(r.out[:len(r.out)-1]), '/')
	if above < 0 {
		return errAbove
	}
	r.out = r.out[:above+1]
	return nil
}

func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
