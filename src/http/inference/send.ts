import { promisify } from 'node:util';
import { deflate, gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { bufferView } from '../../bytes/index.ts';

/** Less than this is not worth packing, in bytes. */
const LEAST_PACKED = 1024;

const packers = { gzip: promisify(gzip), deflate: promisify(deflate) } as const;

/**
 * A body as it is sent, packed where the client asks for it. It is for a handler to return: one that sends by itself and
 * returns its reply is waited for until the answer has left, at several times the cost.
 */
export function packedBody(
  request: FastifyRequest,
  reply: FastifyReply,
  body: Uint8Array | string,
): string | Buffer | Promise<Buffer> {
  void reply.header('vary', 'accept-encoding');
  const coding = body.length < LEAST_PACKED ? undefined : wantedCoding(request.headers['accept-encoding']);
  if (coding === undefined) return typeof body === 'string' ? body : bufferView(body);
  void reply.header('content-encoding', coding);
  return packers[coding](body);
}

/** The first of ours that the client takes. */
function wantedCoding(accepted: string | string[] | undefined): keyof typeof packers | undefined {
  for (const part of String(accepted ?? '')
    .toLowerCase()
    .split(',')) {
    const [coding, ...parameters] = part.split(';').map((piece) => piece.trim());
    if (parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter))) continue;
    if (coding === 'gzip' || coding === 'deflate') return coding;
  }
  return undefined;
}

/** Sends a document as JSON. */
export function sendJson(reply: FastifyReply, document: unknown): FastifyReply {
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(document));
}
