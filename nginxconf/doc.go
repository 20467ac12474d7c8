// Package nginxconf reads nginx configuration exactly as nginx does and edits
// it without touching a byte more than asked. It scans and parses files,
// follows includes, knows every directive, answers what value is in force in a
// server or location, and where requests are passed to.
//
// What a value means for another layer of the host is not its business.
package nginxconf
