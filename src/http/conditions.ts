import type { FastifyReply, FastifyRequest } from 'fastify';
import { StrongroomError } from '../errors/index.ts';

const ENTITY_TAG = /(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/g;

/** A strong entity tag (RFC 9110 §8.8.3). */
export function entityTag(digest: string): string {
  return `"${digest}"`;
}

/**
 * Sets the tag; `true` when the client has just that, so that 304 is the answer (RFC 9110 §13.1.2). Throws
 * `PRECONDITION_FAILED` for an `If-Match` that does not.
 */
export function isUnchanged(request: FastifyRequest, reply: FastifyReply, tag: string): boolean {
  void reply.header('etag', tag);
  assertMatch(request, tag);
  const known = request.headers['if-none-match'];
  if (known === undefined) return false;
  return known.trim() === '*' || tagsOf(known).some((each) => each.replace(/^W\//, '') === tag);
}

/** Throws `PRECONDITION_FAILED` when `If-Match` names other states than this one (RFC 9110 §13.1.1). */
export function assertMatch(request: FastifyRequest, tag: string): void {
  const wanted = request.headers['if-match'];
  if (wanted === undefined || wanted.trim() === '*' || tagsOf(wanted).includes(tag)) return;
  throw new StrongroomError('PRECONDITION_FAILED', 'it is not in the state that If-Match names');
}

/** Whether a Range counts: only when what the client has a part of is what there is (RFC 9110 §13.1.5). */
export function isRangeWelcome(request: FastifyRequest, tag: string): boolean {
  const condition = request.headers['if-range'];
  return condition === undefined || condition === tag;
}

function tagsOf(header: string): readonly string[] {
  return header.match(ENTITY_TAG) ?? [];
}
