import { promisify } from 'node:util';
import { deflate, gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Less than this is not worth packing, in bytes. */
const LEAST_PACKED = 1024;

const packers = { gzip: promisify(gzip), deflate: promisify(deflate) } as const;

/** Sends bytes, packed where the client asks for it. */
export async function sendBytes(
  request: FastifyRequest,
  reply: FastifyReply,
  bytes: Uint8Array,
): Promise<FastifyReply> {
  void reply.header('vary', 'accept-encoding');
  const coding = bytes.length < LEAST_PACKED ? undefined : wantedCoding(request.headers['accept-encoding']);
  if (coding === undefined) return reply.send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  return reply.header('content-encoding', coding).send(await packers[coding](bytes));
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
