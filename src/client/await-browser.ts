import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StrongroomError } from '../errors/index.ts';

const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Strongroom</title>
<body><p>The log-in goes on at the command line. This page can be closed.</p></body></html>
`;

/** Waits on the loopback interface for a browser that comes back from a log-in elsewhere (RFC 8252 §7.3). */
export interface ReturningBrowser {
  /** Where the browser is to be sent back to: a port that was free. */
  readonly redirectUri: string;
  /** The address that it came back with. Throws `ABORTED`. */
  returned(): Promise<string>;
  close(): Promise<void>;
}

/** Starts to wait. What comes back is only text: the server that began the log-in decides what it is worth. */
export async function awaitBrowser(signal: AbortSignal): Promise<ReturningBrowser> {
  const came = Promise.withResolvers<string>();
  // Whoever gives up before the browser came does not ask any more.
  came.promise.catch(() => undefined);
  const server = createServer((request, response) => {
    const url = URL.parse(request.url ?? '', redirectUri);
    if (request.method !== 'GET' || url?.pathname !== '/callback') {
      response.writeHead(404).end();
      return;
    }
    response
      .writeHead(200, {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': "default-src 'none'",
        'cache-control': 'no-store',
        connection: 'close',
      })
      .end(PAGE);
    came.resolve(url.href);
  });
  const redirectUri = await listen(server);
  const stop = (): void =>
    came.reject(new StrongroomError('ABORTED', 'stopped on request', { cause: signal.reason }));
  signal.addEventListener('abort', stop, { once: true });
  return {
    redirectUri,
    returned: () => came.promise,
    close: () => {
      signal.removeEventListener('abort', stop);
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function listen(server: Server): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      resolve(`http://127.0.0.1:${port}/callback`);
    });
  });
}
