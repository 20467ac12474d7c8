package syntax

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/tunelint/tunelint/source"
)

// maxJSONDepth is far deeper than settings nest.
const maxJSONDepth = 64

// A jsonKeys flattens a JSON file; nested keys are joined by colons.
type jsonKeys struct {
	file *source.File
	text string // with blanks in place of what is not JSON; of the same length
	dec  *json.Decoder
	out  []KeyValue
}

// JSONEntries returns the single values of a JSON file as .NET reads it: comments
// and a comma after the last entry are allowed. Nested keys are joined by colons.
// Anything else that is no JSON is an error without a place.
func JSONEntries(f *source.File) ([]KeyValue, error) {
	j := jsonKeys{file: f, text: plainJSON(f.Text)}
	j.dec = json.NewDecoder(strings.NewReader(j.text))
	j.dec.UseNumber()
	if err := j.value("", 0, 0); err != nil {
		return nil, err
	}
	if _, err := j.dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one value")
	}
	return j.out, nil
}

// plainJSON blanks a byte order mark, comments, and commas before a bracket.
func plainJSON(text string) string {
	b := []byte(text)
	if strings.HasPrefix(text, "\ufeff") {
		copy(b, "   ")
	}
	comma := -1 // the last comma that nothing but blanks followed
	for i := 0; i < len(b); i++ {
		switch {
		case b[i] == '"':
			i += quoteEnd(text[i:], '"', '\\') - 1
			comma = -1
		case strings.HasPrefix(text[i:], "//"), strings.HasPrefix(text[i:], "/*"):
			end := i + commentLength(text[i:])
			for ; i < end; i++ {
				b[i] = ' '
			}
			i--
		case b[i] == ',':
			comma = i
		case (b[i] == '}' || b[i] == ']') && comma >= 0:
			b[comma], comma = ' ', -1
		case strings.IndexByte(" \t\r\n", b[i]) < 0:
			comma = -1
		}
	}
	return string(b)
}

func commentLength(s string) int {
	end, mark := strings.IndexByte(s, '\n'), 0
	if s[1] == '*' {
		end, mark = strings.Index(s[2:], "*/"), len("/**/")
	}
	if end < 0 {
		return len(s)
	}
	return end + mark
}

// value reads one value that belongs to the key which stands at an offset.
func (j *jsonKeys) value(name string, start, depth int) error {
	token, err := j.dec.Token()
	if err != nil {
		return err
	}
	open, nested := token.(json.Delim)
	switch {
	case depth > maxJSONDepth:
		return errors.New("nested too deeply")
	case !nested:
		if token == nil {
			token = ""
		}
		at := source.Span{File: j.file, Start: start, End: min(int(j.dec.InputOffset()), len(j.text))}
		j.out = append(j.out, KeyValue{Key: strings.TrimPrefix(name, ":"), Text: fmt.Sprint(token), At: at})
		return nil
	}
	for j.dec.More() {
		at, key := j.next(), json.Token("")
		if open == '{' {
			if key, err = j.dec.Token(); err != nil {
				return err
			}
		}
		if err := j.value(fmt.Sprint(name, ":", key), at, depth+1); err != nil {
			return err
		}
	}
	_, err = j.dec.Token()
	return err
}

// next returns where the next key or element starts.
func (j *jsonKeys) next() int {
	at := min(int(j.dec.InputOffset()), len(j.text))
	return len(j.text) - len(strings.TrimLeft(j.text[at:], " \t\r\n,"))
}
