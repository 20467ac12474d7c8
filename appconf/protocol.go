package appconf

// A Protocol is a set of protocols that an application understands. Zero is none.
type Protocol uint8

// The protocols, one bit each.
const (
	// HTTP1 is HTTP/1.1 without TLS.
	HTTP1 Protocol = 1 << iota
	// HTTP2 is HTTP/2 without TLS and without a handshake, as grpc_pass and
	// "proxy_http_version 2" speak it.
	HTTP2
	// TLS is HTTP over TLS.
	TLS
	// FastCGI and UWSGI are the protocols of fastcgi_pass and uwsgi_pass.
	FastCGI
	UWSGI
)
