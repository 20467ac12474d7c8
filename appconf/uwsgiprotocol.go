package appconf

import "strings"

// uwsgiSockets are what the sockets of uWSGI speak by the option that makes them
// (core/uwsgi.c, core/protocol.c). A plain "socket" speaks the default protocol.
var uwsgiSockets = map[string]Protocol{
	"socket": UWSGI, "uwsgi-socket": UWSGI, "http-socket": HTTP1, "http11-socket": HTTP1, "http": HTTP1,
	"https": TLS, "https-socket": TLS, "fastcgi-socket": FastCGI,
}

// uwsgiSocket notes one place to listen at. What follows a comma is the
// certificate and key.
func (r *reading) uwsgiSocket(o keyWord) {
	text, _, _ := strings.Cut(o.value.Text, ",")
	s := spokenSocket{at: o.value.At, rank: rankCommand, speaks: uwsgiSockets[o.key], why: o.value.Why}
	if s.why == "" && text != "" {
		s.address = uwsgiAddress(text)
		r.listens(s.address)
	}
	if s.speaks == 0 {
		s.why = firstText(s.why, o.key+" is no protocol that nginx is told to speak here")
	}
	if o.key == "socket" {
		r.uwsgiPlain = append(r.uwsgiPlain, len(r.spoken))
	}
	r.spoken = append(r.spoken, s)
}

// finishUWSGIProtocol applies --protocol, which the plain sockets speak.
func (r *reading) finishUWSGIProtocol() {
	if d := r.pick("protocol"); d.at.IsValid() {
		p := map[string]Protocol{"uwsgi": UWSGI, "http": HTTP1, "fastcgi": FastCGI}[d.text]
		for _, i := range r.uwsgiPlain {
			s := &r.spoken[i]
			s.speaks = p
			if d.why != "" || p == 0 {
				s.why = firstText(s.why, d.why, "the protocol of plain sockets is not known")
			}
		}
	}
	r.finishSpoken()
}
