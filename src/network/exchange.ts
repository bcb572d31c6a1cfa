import { type IncomingMessage, type OutgoingHttpHeaders, request as requestOver } from 'node:http';
import type { Socket } from 'node:net';
import { StrongroomError } from '../errors/index.ts';
import { connectError } from './socket-errors.ts';

/** All headers of an answer together; what large hosts send stays below 8 KiB. */
const MAX_HEADER_BYTES = 16 * 1024;
/** Interim answers (1xx) before the real one; honest hosts send one or two. */
const MAX_INTERIM = 8;

/** One request as it goes over a connection. */
export interface WireRequest {
  readonly method: 'GET' | 'POST' | 'CONNECT';
  /** Path and query; of CONNECT host and port. */
  readonly path: string;
  readonly host: string;
  readonly headers: OutgoingHttpHeaders;
  /** Sent whole; its length is among the headers. */
  readonly body?: Uint8Array;
  readonly signal: AbortSignal;
}

/** The head of an answer; its body is the rest of the message. */
export interface WireAnswer {
  readonly status: number;
  readonly message: IncomingMessage;
}

/**
 * Sends one request over a connection that is there already, and resolves when the headers of its answer are. The
 * connection serves nothing else and ends with the body. Throws as `connectError` says.
 */
export function exchange(socket: Socket, request: WireRequest): Promise<WireAnswer> {
  return new Promise((resolve, reject) => {
    let interim = 0;
    const outgoing = requestOver({
      createConnection: () => socket,
      method: request.method,
      path: request.path,
      headers: request.headers,
      setHost: false,
      maxHeaderSize: MAX_HEADER_BYTES,
      insecureHTTPParser: false,
    });
    const settle = (act: () => void): void => {
      request.signal.removeEventListener('abort', onAbort);
      act();
    };
    const fail = (error: unknown): void =>
      settle(() => {
        socket.destroy();
        reject(connectError(error, request.host));
      });
    const onAbort = (): void => fail(request.signal.reason);
    const onAnswer = (message: IncomingMessage): void =>
      settle(() => resolve({ status: message.statusCode ?? 0, message }));
    request.signal.addEventListener('abort', onAbort, { once: true });
    // Stays for good: what breaks after the headers is told by the body.
    outgoing.on('error', fail);
    outgoing.on('information', () => {
      if (++interim > MAX_INTERIM) fail(unexpected(request.host, 'too many interim answers'));
    });
    outgoing.on('upgrade', () => fail(unexpected(request.host, 'another protocol')));
    outgoing.on('connect', onAnswer);
    outgoing.on('response', onAnswer);
    outgoing.end(request.body);
  });
}

function unexpected(host: string, what: string): StrongroomError {
  return new StrongroomError('NETWORK_ANSWER_UNEXPECTED', `${host} sent ${what}`);
}
