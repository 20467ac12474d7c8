package appconf

import (
	"maps"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/tunelint/tunelint/appconf/shellwords"
	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
)

// isUWSGIConf recognises uWSGI's configuration files in the two forms that are read.
func isUWSGIConf(r *reading, name string) bool {
	return r.family() == "uwsgi" && hasSuffix(name, ".ini", ".yaml", ".yml")
}

// uwsgiSettings are uWSGI's options (core/uwsgi.c, plugins/http/http.c). Those
// without a reader need a closer look.
var uwsgiSettings = map[string]flag{
	"listen":              {name: "listen_backlog", read: syntax.ReadPositive},
	"harakiri":            {name: "request_timeout", read: readSeconds},
	"processes":           {name: "workers", read: syntax.ReadPositive},
	"workers":             {name: "workers", read: syntax.ReadPositive},
	"threads":             {name: "threads", read: syntax.ReadPositive},
	"max-requests":        {name: "max_requests_per_worker", read: readCount},
	"buffer-size":         {name: "max_header_size", read: syntax.ReadPositive},
	"limit-post":          {name: "max_body_size", read: syntax.ReadPositive},
	"worker-reload-mercy": {name: "shutdown_timeout", read: readSeconds},
	"reload-mercy":        {name: "shutdown_timeout"},
	"http-keepalive":      {name: "keepalive_timeout"},
	"http11-socket":       {name: "keepalive_timeout"},
	"socket":              {name: "listen"},
	"uwsgi-socket":        {name: "listen"},
	"http-socket":         {name: "listen"},
	"http":                {name: "listen"},
	"https":               {name: "listen"},
	"https-socket":        {name: "listen"},
	"fastcgi-socket":      {name: "listen"},
	"scgi-socket":         {name: "listen"},
	"protocol":            {name: "protocol"},
	"ini":                 {name: "config"},
	"yaml":                {name: "config"},
}

// uwsgiShort are the short forms of options that are settings.
var uwsgiShort = map[byte]string{'l': "listen", 't': "harakiri", 'p': "processes", 's': "socket", 'R': "max-requests", 'b': "buffer-size"}

// uwsgiElsewhere are options that read further options from where nobody looked.
var uwsgiElsewhere = map[string]bool{"inherit": true, "include": true, "import": true, "json": true, "xml": true, "config": true, "vassals-inherit": true, "emperor": true}

// readUWSGI reads uWSGI's command line and the variables that stand for options.
func readUWSGI(r *reading, c command) {
	r.unreadVariables()
	r.uwsgiOptions(uwsgiArguments(r, c.args))
	var variables []keyWord
	for _, name := range slices.Sorted(maps.Keys(r.env)) {
		if option, ok := strings.CutPrefix(name, "UWSGI_"); ok {
			v := r.env[name]
			key := strings.ToLower(strings.ReplaceAll(option, "_", "-"))
			variables = append(variables, keyWord{key, shellwords.Word{Text: v.Text, At: v.At, Why: v.Why}})
		}
	}
	r.uwsgiOptions(variables)
}

// A keyWord is an option with its value; the place is that of both.
type keyWord struct {
	key   string
	value shellwords.Word
}

// uwsgiArguments reads the options of a command line and the file it names.
func uwsgiArguments(r *reading, args []shellwords.Word) (out []keyWord) {
	for i := 0; i < len(args); i++ {
		w := args[i]
		key, value, glued := uwsgiArgument(w)
		_, isSetting := uwsgiSettings[key]
		switch {
		case key == "" && hasSuffix(w.Text, ".ini", ".yaml", ".yml", ".xml", ".json"):
			out = append(out, keyWord{"ini", w})
			continue
		case key == "" && len(w.Text) > 2 && w.Text[0] == '-' && strings.ContainsAny(w.Text[2:3], "ltpsR"):
			r.giveUp(w.At, "options written together are not read")
			continue
		case uwsgiElsewhere[key]:
		case !isSetting:
			continue
		}
		if !glued && key != "http-keepalive" && i+1 < len(args) {
			i++
			value = args[i]
			value.At.Start = w.At.Start
		}
		out = append(out, keyWord{key, value})
	}
	return out
}

// uwsgiArgument returns the option a word is, "" for none that is a setting.
func uwsgiArgument(w shellwords.Word) (key string, value shellwords.Word, glued bool) {
	value = shellwords.Word{At: w.At, Why: w.Why}
	if long, ok := strings.CutPrefix(w.Text, "--"); ok {
		key, value.Text, glued = strings.Cut(long, "=")
		return key, value, glued
	}
	if len(w.Text) < 2 || w.Text[0] != '-' {
		return "", value, false
	}
	value.Text = w.Text[2:]
	return uwsgiShort[w.Text[1]], value, value.Text != ""
}

// uwsgiOptions declares what options of one place set: the last of several wins.
func (r *reading) uwsgiOptions(options []keyWord) {
	found := map[string]declaration{}
	for _, o := range options {
		known, ok := uwsgiSettings[o.key]
		switch {
		case uwsgiElsewhere[o.key]:
			r.giveUp(o.value.At, "options of another place are not read")
		case !ok:
		case known.name == "listen":
			r.uwsgiSocket(o)
		case known.name == "config":
			r.uwsgiFiles = append(r.uwsgiFiles, o.value)
		default:
			if o.key == "http11-socket" {
				r.uwsgiSocket(o)
			}
			found[known.name] = uwsgiValue(o, known)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(found)) {
		r.declared = append(r.declared, found[name])
	}
}

// uwsgiValue reads one option. --http-keepalive counts seconds; 1, which it is
// without a value too, leaves the time to --http-timeout.
func uwsgiValue(o keyWord, f flag) declaration {
	w := o.value
	switch o.key {
	case "http-keepalive":
		f.read = readSeconds
		if w.Text == "" || w.Text == "1" || w.Text == "true" {
			w.Why = firstText(w.Why, "--http-timeout decides how long")
		}
	case "http11-socket", "reload-mercy":
		w.Why = firstText(w.Why, o.key+" is not evaluated")
	}
	return optionValue(&f, w, w.At, rankCommand)
}

func uwsgiAddress(text string) string {
	if strings.HasPrefix(text, "/") {
		return "unix:" + text
	}
	return text
}

// readUWSGIConf reads the options of a file.
func readUWSGIConf(r *reading, f *source.File) {
	r.serverFiles = append(r.serverFiles, path.Base(f.Path))
	if hasSuffix(f.Path, ".ini") {
		r.uwsgiOptions(r.uwsgiINI(f))
		return
	}
	text := syntax.NewYAMLText(f)
	top, err := text.Parse()
	_, options := syntax.Find(top, "uwsgi", 0)
	if err != nil || options == nil || options.Kind != yaml.MappingNode {
		r.giveUp(source.Span{File: f}, "no options of uwsgi in this file")
		return
	}
	var out []keyWord
	for i := 0; i+1 < len(options.Content); i += 2 {
		k, v := options.Content[i], options.Content[i+1]
		value := r.uwsgiText(v.Value)
		if value.At = text.Entry(k, v); v.Kind != yaml.ScalarNode {
			value.Why = "not a single value"
		}
		out = append(out, keyWord{k.Value, value})
	}
	r.uwsgiOptions(out)
}

// uwsgiINI reads the section [uwsgi]. What stands between if-… and endif, or for
// and endfor, need not hold.
func (r *reading) uwsgiINI(f *source.File) (out []keyWord) {
	inside, depth := false, 0
	for n := 1; n <= f.Lines(); n++ {
		line := f.Line(n)
		text := strings.TrimSpace(line.Text())
		line.Start += strings.Index(line.Text(), text)
		line.End = line.Start + len(text)
		if strings.HasPrefix(text, "[") {
			inside = strings.HasPrefix(text, "[uwsgi]")
			continue
		}
		if !inside || text == "" || text[0] == '#' || text[0] == ';' {
			continue
		}
		key, value, _ := strings.Cut(text, "=")
		key = strings.TrimSpace(key)
		switch {
		case strings.HasPrefix(key, "if-"), strings.HasPrefix(key, "for"):
			depth++
			continue
		case strings.HasPrefix(key, "end"):
			depth--
			continue
		}
		w := r.uwsgiText(strings.TrimSpace(value))
		if w.At = line; depth != 0 {
			w.Why = "it is set under a condition"
		}
		out = append(out, keyWord{key, w})
	}
	return out
}

// uwsgiText fills in $(NAME) from the environment; other placeholders are not known.
func (r *reading) uwsgiText(text string) shellwords.Word {
	if name, ok := strings.CutPrefix(text, "$("); ok && strings.HasSuffix(name, ")") {
		name = strings.TrimSuffix(name, ")")
		v, known := r.env[name]
		if !known || v.Why != "" {
			return shellwords.Word{Why: "it depends on the environment variable " + name}
		}
		return shellwords.Word{Text: v.Text}
	}
	w := shellwords.Word{Text: text}
	if strings.Contains(text, "%") || strings.Contains(text, "$(") || strings.HasPrefix(text, "@(") {
		w.Why = "a placeholder is not understood"
	}
	return w
}

// finishUWSGI looks for the files that the command line names.
func (r *reading) finishUWSGI() {
	r.finishUWSGIProtocol()
	for _, w := range r.uwsgiFiles {
		r.checkServerConfig(w, w.At)
	}
}
