import { promisify } from 'node:util';
import { deflate, gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { bufferView } from '../../bytes/index.ts';

/** Less than this is not worth packing, in bytes. */
const LEAST_PACKED = 1024;

const packers = { gzip: promisify(gzip), deflate: promisify(deflate) } as const;

/** Sends a body, packed where the client asks for it. */
export async function sendBody(
  request: FastifyRequest,
  reply: FastifyReply,
  body: Uint8Array | string,
): Promise<FastifyReply> {
  void reply.header('vary', 'accept-encoding');
  const coding = body.length < LEAST_PACKED ? undefined : wantedCoding(request.headers['accept-encoding']);
  if (coding === undefined) return reply.send(typeof body === 'string' ? body : bufferView(body));
  return reply.header('content-encoding', coding).send(await packers[coding](body));
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
