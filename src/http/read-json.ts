import type { FastifyInstance } from 'fastify';
import { parseStrictJson, utf8Bytes } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { MAX_JSON_DEPTH, MAX_JSON_VALUES, type ServerLimits } from './limits.ts';
import type { ServerPowers } from './ports.ts';

/** Names that would reach into the prototype of an object. */
const REFUSED_NAMES = new Set(['__proto__', 'constructor', 'prototype']);

/** The value of a JSON text that came from outside. Throws `REQUEST_MALFORMED`. */
export function readJson(bytes: Uint8Array): unknown {
  return parseStrictJson(bytes, {
    maxDepth: MAX_JSON_DEPTH,
    maxValues: MAX_JSON_VALUES,
    refusedNames: REFUSED_NAMES,
    malformed: (what) =>
      new StrongroomError('REQUEST_MALFORMED', `the body is not what is taken here: ${what}`),
  });
}

/** JSON is the one kind of body that is read whole; streams go through, everything else is refused. */
export function addBodyReaders(
  app: FastifyInstance,
  deps: { readonly powers: ServerPowers; readonly limits: ServerLimits },
): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer', bodyLimit: deps.limits.maxBodyBytes },
    (request, body: Buffer, done) => {
      try {
        request.bodyFingerprint = fingerprintOf(deps.powers, body);
        done(null, body.length === 0 ? undefined : readJson(body));
      } catch (error) {
        done(error as Error);
      } finally {
        // It may hold secrets, and nobody needs it any more.
        body.fill(0);
      }
    },
  );
  const streams = [
    'application/octet-stream',
    'application/partial-upload',
    'application/offset+octet-stream',
  ];
  app.addContentTypeParser(streams, (_request, payload, done) => done(null, payload));
}

function fingerprintOf(powers: ServerPowers, body: Uint8Array): string {
  return powers.fingerprint(utf8Bytes('body'), body);
}
