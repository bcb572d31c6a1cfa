import type { Socket } from 'node:net';
import { StrongroomError } from '../errors/index.ts';
import { toProblem } from './problem.ts';
import { securityHeaderLines } from './security-headers.ts';

/** What Node refuses before there is a request: malformed, too large or too slow header fields (RFC 9110 §15.5). */
export function answerClientError(
  error: { readonly code?: string },
  socket: Socket,
  requestId: string,
): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem = toProblem(errorOf(error.code), requestId);
  const body = JSON.stringify(problem);
  socket.end(
    `HTTP/1.1 ${problem.status} ${problem.title}\r\nconnection: close\r\n` +
      `content-type: application/problem+json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\n` +
      `${securityHeaderLines()}\r\n${body}`,
  );
}

function errorOf(code: string | undefined): StrongroomError {
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new StrongroomError('HEADERS_TOO_LARGE', 'the header fields are larger than is taken here');
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new StrongroomError('REQUEST_TOO_SLOW', 'the header fields arrived too slowly');
  }
  return new StrongroomError('REQUEST_MALFORMED', 'this is not well-formed HTTP');
}
