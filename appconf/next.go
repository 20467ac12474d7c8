package appconf

import "github.com/tunelint/tunelint/appconf/shellwords"

// nextFlags are the options of "next start" (next/dist/bin/next).
var nextFlags = []flag{
	{"keepAliveTimeout", "", "keepalive_timeout", readMillis},
	{"port", "p", "port", nil},
	{"hostname", "H", "address", nil},
}

// readNext reads the arguments of "next start".
func readNext(r *reading, c command) {
	if len(c.args) > 0 && c.args[0].Text == "start" {
		r.options(c.args[1:], nextFlags, false, rankCommand)
		r.finishListen()
	}
}

// nextEnvironment reads the variable that the standalone server.js takes in place
// of the option (next/dist/build/utils.js).
func (r *reading) nextEnvironment() {
	if v, ok := r.env["KEEP_ALIVE_TIMEOUT"]; ok {
		f := &flag{name: "keepalive_timeout", read: readMillis}
		r.declared = append(r.declared, optionValue(f, shellwords.Word{Text: v.Text, Why: v.Why}, v.At, rankArguments))
	}
}
