import type { FastifyReply, FastifyRequest } from 'fastify';
import type { InferenceDeps } from './inference-deps.ts';
import { sendJson } from './send.ts';

/** Extensions of the protocol that the server has, by Triton's names. */
const EXTENSIONS = ['binary_tensor_data', 'model_repository', 'statistics', 'classification'] as const;
/** Of the face, not of the software: what is not known cannot be looked up. */
const FACE_VERSION = '1';

/** The server as the protocol describes it. */
export function serverMetadata(_request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const document = { name: 'strongroom', version: FACE_VERSION, extensions: EXTENSIONS };
  return sendJson(reply, document);
}

// The protocol's own text has `live` in both answers, servers have `ready` in the second: both stand in both.

/** Whether the server runs: it answers. */
export function serverLive(_request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendJson(reply, { live: true });
}

/** Whether the server can serve. Throws what is wrong. */
export async function serverReady(
  _request: FastifyRequest,
  reply: FastifyReply,
  { served }: InferenceDeps,
): Promise<FastifyReply> {
  await served.ready();
  return sendJson(reply, { live: true, ready: true });
}
