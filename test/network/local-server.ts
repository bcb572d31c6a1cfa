import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { createHasher, sha256 } from '../../src/crypto/index.ts';
import { type ErrorCode, isStrongroomError } from '../../src/errors/index.ts';
import {
  type Download,
  type DownloadRequest,
  type NetworkPolicy,
  openDownload,
  parseHostRule,
  parseIpNetwork,
  type Resolve,
  type TransferLimits,
} from '../../src/network/index.ts';

/** A file of the fixtures as text. */
export function fixture(name: string): string {
  return readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8');
}

/** The authority that signed the certificates of the tests. */
const TEST_CA = fixture('ca.pem');

/** How a server answers. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A server on this machine. */
export interface LocalServer {
  readonly port: number;
  /** Requests so far. */
  readonly requests: readonly IncomingMessage[];
}

/** Starts an HTTPS server that is gone after the test. */
export async function startServer(
  t: Pick<TestContext, 'after'>,
  handler: Handler,
  options: { readonly certificate?: string; readonly isPlain?: boolean } = {},
): Promise<LocalServer> {
  const requests: IncomingMessage[] = [];
  const listener: Handler = (request, response) => {
    requests.push(request);
    handler(request, response);
  };
  const server =
    options.isPlain === true
      ? createHttpServer(listener)
      : createHttpsServer(
          { key: fixture('server-key.pem'), cert: fixture(options.certificate ?? 'localhost.pem') },
          listener,
        );
  return { port: await listen(t, server), requests };
}

/** Lets a server listen on a port of its own until the test ends. */
export async function listen(t: Pick<TestContext, 'after'>, server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** Every name of the tests is this machine. */
export const resolveHere: Resolve = () => Promise.resolve(['127.0.0.1']);

/** Bytes that look like no file in particular; the same for the same size. */
export function bytesOfSize(size: number): Buffer {
  return Buffer.from(Array.from({ length: size }, (_, at) => (at * 31 + (at >> 8)) & 0xff));
}

/** SHA-256 as hex. */
export function digestOf(bytes: Uint8Array): string {
  return Buffer.from(sha256(bytes)).toString('hex');
}

/** What a test says differently from an ordinary download of the given bytes. */
export interface DownloadWords {
  readonly request?: Partial<DownloadRequest>;
  readonly policy?: Partial<NetworkPolicy>;
  readonly limits?: Partial<TransferLimits>;
  readonly resolve?: Resolve;
}

/** Limits that end a test soon. */
const IMPATIENT: Partial<TransferLimits> = { backoffMs: 1, connectTimeoutMs: 5_000, headerTimeoutMs: 5_000 };

/** The policy of the tests: this machine may be asked under its test names on the given ports. */
export function policyFor(ports: readonly number[], words: DownloadWords = {}): NetworkPolicy {
  const hosts = ports.flatMap((port) =>
    ['files.test', 'mirror.test', 'localhost', '127.0.0.1', 'other.test'].map((host) =>
      parseHostRule(`${host}:${port}`),
    ),
  );
  const own = parseIpNetwork('127.0.0.0/8');
  return {
    hosts,
    networks: own === undefined ? [] : [own],
    ca: TEST_CA,
    ...words.policy,
    limits: { ...IMPATIENT, ...words.limits },
  };
}

/** Begins the download of `https://files.test:PORT/model.bin`. */
export function begin(
  server: LocalServer,
  content: Uint8Array,
  words: DownloadWords = {},
): Promise<Download> {
  return openDownload(
    { url: `https://files.test:${server.port}/model.bin`, sha256: digestOf(content), ...words.request },
    policyFor([server.port], words),
    { createHasher, resolve: words.resolve ?? resolveHere },
  );
}

/** The whole download. */
export async function fetchAll(
  server: LocalServer,
  content: Uint8Array,
  words: DownloadWords = {},
): Promise<Buffer> {
  await using download = await begin(server, content, words);
  const parts: Uint8Array[] = [];
  for await (const part of download.read()) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
}

/** Serves content as an ordinary file server does: with an entity tag, and ranges. */
export function serveFile(
  content: Uint8Array,
  options: { readonly etag?: string; readonly cutAt?: readonly number[] } = {},
): Handler {
  const etag = options.etag ?? '"one"';
  const cuts = [...(options.cutAt ?? [])];
  return (request, response) => {
    const from =
      request.headers['if-range'] === etag
        ? Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
        : 0;
    const isPart = from > 0;
    response.writeHead(isPart ? 206 : 200, {
      etag,
      'content-length': content.length - from,
      ...(isPart && { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` }),
    });
    const cut = cuts.shift();
    if (cut === undefined) response.end(content.subarray(from));
    else response.write(content.subarray(from, cut), () => response.socket?.destroySoon());
  };
}

/** A file for downloads that need no special one. */
export const CONTENT = bytesOfSize(300_000);

/** Passes an error on when it has the code. */
export function withCode(code: ErrorCode, says?: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(isStrongroomError(error), String(error));
    assert.equal(error.code, code, error.message);
    if (says !== undefined) assert.match(error.message, says);
    return true;
  };
}

/** A server that answers every request with these headers and this body. */
export function answering(
  t: TestContext,
  headers: OutgoingHttpHeaders,
  { body = '', status = 200 }: { readonly body?: Uint8Array | string; readonly status?: number } = {},
): Promise<LocalServer> {
  return startServer(t, (_request, response) => response.writeHead(status, headers).end(body));
}
