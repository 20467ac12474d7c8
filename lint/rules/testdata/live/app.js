// An application with one route for each thing a proxy can get wrong.
const http = require('node:http');

let connections = 0;
const server = http.createServer((req, res) => {
  req.resume();
  req.on('end', () => answer(req, res));
});
server.keepAliveTimeout = 1000;
server.on('connection', () => connections++);

function answer(req, res) {
  switch (req.url) {
    case '/connections':
      return res.end(String(connections));
    case '/headers':
      return res.end(JSON.stringify(req.headers));
    case '/slow':
      return setTimeout(() => res.end('done'), 1000);
    case '/large':
      res.setHeader('X-Large', 'x'.repeat(5 * 1024));
      return res.end('done');
  }
  res.end('done');
}

server.listen(0, '127.0.0.1', 1024, () => console.log(server.address().port));
