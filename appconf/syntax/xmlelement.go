package syntax

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"github.com/tunelint/tunelint/source"
)

// An Element is one start tag with its attributes and their places.
// The zero value has none.
type Element struct {
	Name       string
	At         source.Span
	Attributes map[string]KeyValue
}

// Elements returns every start tag of an XML file, in its order. Text in other
// encodings than UTF-8 is taken as it is; what is not well formed is an error.
func Elements(f *source.File) ([]Element, error) {
	d := xml.NewDecoder(strings.NewReader(f.Text))
	d.CharsetReader = func(_ string, input io.Reader) (io.Reader, error) { return input, nil }
	var out []Element
	for {
		start := int(d.InputOffset())
		token, err := d.Token()
		switch {
		case errors.Is(err, io.EOF):
			return out, nil
		case err != nil:
			return nil, err
		}
		if tag, ok := token.(xml.StartElement); ok {
			end := min(int(d.InputOffset()), len(f.Text))
			out = append(out, NewElement(tag, source.Span{File: f, Start: min(start, end), End: end}))
		}
	}
}

// attributePlace matches one attribute of a tag that is valid XML.
var attributePlace = Pattern(`([\w:.-]+)\s*=\s*(?:"[^"]*"|'[^']*')`)

// NewElement returns the element of a tag that stands at a place. Attributes that are
// not found there by their name have the place of the whole tag.
func NewElement(tag xml.StartElement, at source.Span) Element {
	e := Element{Name: tag.Name.Local, At: at, Attributes: map[string]KeyValue{}}
	places := map[string]source.Span{}
	for _, m := range attributePlace().FindAllStringSubmatchIndex(at.Text(), -1) {
		places[at.Text()[m[2]:m[3]]] = source.Span{File: at.File, Start: at.Start + m[0], End: at.Start + m[1]}
	}
	for _, a := range tag.Attr {
		place, ok := places[a.Name.Local]
		if !ok {
			place = at
		}
		e.Attributes[a.Name.Local] = KeyValue{Key: a.Name.Local, Text: a.Value, At: place}
	}
	return e
}
