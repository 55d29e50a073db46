import { connect } from 'node:net';

/** A request without an HTTP client, so that no span is made for it. */
export function get(port, path) {
  const socket = connect(port, '127.0.0.1');
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  return new Promise((resolve) =>
    socket
      .resume()
      .on('end', () => socket.destroy())
      .on('close', resolve),
  );
}
