function hello(r) { r.return(200, 'hello\n'); }
function greet(r) { return 'greetings'; }
function headers(r) { delete r.headersOut['Server']; }
function body(r, data, flags) { r.sendBuffer(data.toUpperCase(), flags); }
function pick(s) { return '127.0.0.1:8080'; }
function pass(s) { s.done(); }
function decide(s) { s.allow(); }
function filter(s) { s.on('upload', function (data, flags) { s.send(data, flags); }); }
export default { hello, greet, headers, body, pick, pass, decide, filter };
