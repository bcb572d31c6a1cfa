import type { Server } from 'node:https';
import type { Socket } from 'node:net';
import type { Log } from '../telemetry/index.ts';
import type { ServerLimits } from './limits.ts';
import { securityHeaderLines } from './security-headers.ts';

const PLAIN_HTTP_BODY = JSON.stringify({
  type: 'urn:strongroom:error:tls-required',
  title: 'The request is wrong',
  status: 400,
  detail: 'this is a port for https, and plain http came',
  code: 'TLS_REQUIRED',
  hint: 'use an address that begins with https://',
});

/** Holds connections to their limits, and tells those who speak plain http what is wrong. */
export function watchConnections(server: Server, limits: ServerLimits, log: Log): void {
  const perAddress = new Map<string, number>();
  server.maxConnections = limits.maxConnections;
  const below = new Map<string, Socket>();
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    const name = nameOf(socket);
    below.set(name, socket);
    socket.once('close', () => below.delete(name));
    const open = (perAddress.get(address) ?? 0) + 1;
    perAddress.set(address, open);
    socket.once('close', () => {
      const left = (perAddress.get(address) ?? 1) - 1;
      if (left === 0) perAddress.delete(address);
      else perAddress.set(address, left);
    });
    if (open <= limits.maxConnectionsPerAddress) return;
    log.write('access', { level: 'warn', message: 'too many connections', fields: { address } });
    socket.destroy();
  });
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
    const fields = { address: socket.remoteAddress, code: error.code };
    // TLS has given up on it; what lies below can still carry a word to the person at the other end.
    if (error.code === 'ERR_SSL_HTTP_REQUEST') below.get(nameOf(socket))?.end(plainHttpAnswer());
    log.write('access', { level: 'debug', message: 'no TLS connection came about', fields });
  });
}

function nameOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

/** The answer to plain http on a port for https. */
function plainHttpAnswer(): string {
  return (
    'HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-type: application/problem+json\r\n' +
    `content-length: ${Buffer.byteLength(PLAIN_HTTP_BODY)}\r\n${securityHeaderLines()}\r\n${PLAIN_HTTP_BODY}`
  );
}
