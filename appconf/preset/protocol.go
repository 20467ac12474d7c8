package preset

// A ProtocolFigure is what a runtime speaks where its files declare nothing else.
type ProtocolFigure struct {
	// Value is one or several of the words http1, http2, tls, fastcgi and uwsgi; "" when
	// it is not known.
	Value string
	// Verified is as in [Figure].
	Verified bool
	// Program says that the program decides, so that nothing is taken for granted:
	// Value is what a plain server speaks.
	Program bool
	// Note says what brings about something else.
	Note string
}
