import type { FastifyReply, FastifyRequest } from 'fastify';
import { ROUTES } from '../api/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { ServerDeps } from './ports.ts';
import { apiOf, rawRequest } from './route-request.ts';
import type { UploadSession, UploadState } from './upload-session.ts';
import type { UploadSessions } from './upload-sessions.ts';

/** What the handlers of uploads in pieces work with. */
export interface UploadDeps extends ServerDeps {
  readonly uploads: UploadSessions;
}

const { create, get, append, finish, cancel } = ROUTES.uploads;

/** Begins an upload. What refuses it without having seen a byte refuses it here. */
export async function createUpload(
  request: FastifyRequest,
  { powers, uploads, ...deps }: UploadDeps,
): Promise<UploadSession> {
  const { files, ...details } = create.read(rawRequest(create, request));
  const session = uploads.begin({
    id: powers.randomId(),
    owner: ownerOf(request),
    api: apiOf(request, deps),
    details,
    files,
  });
  try {
    await session.begun();
    return session;
  } catch (error) {
    await session.cancel();
    throw error;
  }
}

/** Tells how far one is. */
export function getUpload(request: FastifyRequest, { uploads }: UploadDeps): UploadSession {
  return uploads.get(get.read(rawRequest(get, request)).id, ownerOf(request));
}

/** Takes bytes of one. */
export async function appendUpload(request: FastifyRequest, { uploads }: UploadDeps): Promise<UploadSession> {
  const { id } = append.read({ ...rawRequest(append, request), body: undefined });
  const session = uploads.get(id, ownerOf(request));
  await session.append(offsetOf(request), request.body as AsyncIterable<Uint8Array>);
  return session;
}

/** Waits for what became of one. */
export async function finishUpload(
  request: FastifyRequest,
  reply: FastifyReply,
  { uploads }: UploadDeps,
): Promise<unknown> {
  const { id } = finish.read(rawRequest(finish, request));
  const version = await uploads.get(id, ownerOf(request)).finish();
  return reply.code(201).send(finish.encode(version));
}

/** Gives one up. */
export async function cancelUpload(
  request: FastifyRequest,
  reply: FastifyReply,
  { uploads }: UploadDeps,
): Promise<unknown> {
  const { id } = cancel.read(rawRequest(cancel, request));
  await uploads.get(id, ownerOf(request)).cancel();
  return reply.code(204).send();
}

/** Answers with the state of an upload, in the body and in headers. */
export function sendUpload(reply: FastifyReply, session: UploadSession, status: number): FastifyReply {
  const { state } = session;
  return reply.code(status).headers(uploadHeaders(state)).send(get.encode(state));
}

function uploadHeaders(state: UploadState): Readonly<Record<string, string>> {
  return {
    'upload-offset': String(state.offset),
    'upload-length': String(state.length),
    // A boolean of structured fields (RFC 9651 §3.3.6), as draft-ietf-httpbis-resumable-upload has it.
    'upload-complete': state.offset === state.length ? '?1' : '?0',
  };
}

function offsetOf(request: FastifyRequest): number {
  const header = request.headers['upload-offset'];
  if (typeof header !== 'string' || !/^\d{1,15}$/.test(header)) {
    throw new StrongroomError('REQUEST_MALFORMED', 'expected a header Upload-Offset with a number');
  }
  return Number(header);
}

function ownerOf(request: FastifyRequest): string {
  return request.caller?.id ?? '';
}
