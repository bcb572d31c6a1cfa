import { parseStrictJson } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { MAX_JSON_DEPTH, MAX_JSON_VALUES } from './limits.ts';

/** The value of the JSON of a bundle or statement, which can be read in one way only. Throws `SIGNATURE_MALFORMED`. */
export function parseSignatureJson(bytes: Uint8Array): unknown {
  return parseStrictJson(bytes, {
    maxDepth: MAX_JSON_DEPTH,
    maxValues: MAX_JSON_VALUES,
    malformed: malformedSignature,
  });
}

/** The error of everything that is no signature file, or no statement in one. */
export function malformedSignature(what: string): StrongroomError {
  return new StrongroomError('SIGNATURE_MALFORMED', `not a signature: ${what}`);
}
