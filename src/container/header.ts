import { formatCanonicalJson, parseCanonicalJson, utf8Bytes, utf8Text } from '../bytes/index.ts';
import { parseKdf } from '../crypto/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { ContainerHeader } from './container-header.ts';
import { headerSchema } from './header-schema.ts';
import { FORMAT } from './labels.ts';
import { MAX_FRAMES, MAX_HEADER_BYTES, MAX_PASSPHRASE_SLOTS } from './limits.ts';
import { layOutSegments } from './segment-layout.ts';

/**
 * The one text of a header: canonical JSON and a line feed, in UTF-8.
 * Throws `CONTAINER_LIMIT` when the slots make it longer than `MAX_HEADER_BYTES`.
 */
export function formatHeader(header: ContainerHeader): Uint8Array {
  const bytes = utf8Bytes(`${formatCanonicalJson(header)}\n`);
  if (bytes.length > MAX_HEADER_BYTES) {
    throw new StrongroomError('CONTAINER_LIMIT', `the header has more than ${MAX_HEADER_BYTES} bytes`, {
      hint: 'remove key slots that nobody needs any more',
    });
  }
  return bytes;
}

/**
 * Reads a header that may come from anywhere: size, spelling, shape and arithmetic are checked, authenticity is
 * not (`openPayload`, `readDek`). Throws `CONTAINER_LIMIT`, `CONTAINER_MALFORMED`, `CONTAINER_UNSUPPORTED`.
 */
export function parseHeader(bytes: Uint8Array): ContainerHeader {
  if (bytes.length > MAX_HEADER_BYTES) {
    throw new StrongroomError('CONTAINER_LIMIT', `the header has more than ${MAX_HEADER_BYTES} bytes`);
  }
  const text = utf8Text(bytes);
  const value = text?.endsWith('\n') ? parseCanonicalJson(text.slice(0, -1)) : undefined;
  if (!isObject(value)) throw malformed('it is not canonical json');
  assertSupported(value);
  const parsed = headerSchema(value.suite)?.safeParse(value);
  if (!parsed?.success) throw malformed(firstIssue(parsed?.error));
  assertArithmetic(parsed.data);
  assertDerivations(parsed.data);
  return parsed.data;
}

type Fields = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function assertSupported(value: Fields): void {
  if (typeof value.format !== 'string' || !value.format.startsWith('strongroom/')) {
    throw malformed('it names no format of ours');
  }
  if (value.format !== FORMAT || headerSchema(value.suite) === undefined) {
    throw new StrongroomError('CONTAINER_UNSUPPORTED', 'this format or cipher suite is not known here');
  }
}

/** The sizes follow from one another; whoever changed one has to be found out before anything is allocated. */
function assertArithmetic(header: ContainerHeader): void {
  const { size, storedSize, payloadSize, compression } = header;
  if (compression.algorithm === 'none' && storedSize !== size) throw malformed('the sizes disagree');
  if (compression.algorithm === 'zstd' && Math.ceil(size / compression.frame) > MAX_FRAMES) {
    throw new StrongroomError('CONTAINER_LIMIT', `more than ${MAX_FRAMES} compressed frames`);
  }
  const expected = header.suite === 1 ? layOutSegments(storedSize, header.segment).sealedBytes : storedSize;
  if (payloadSize !== expected) throw malformed('the sizes disagree');
}

function assertDerivations(header: ContainerHeader): void {
  if (header.suite !== 1) return;
  if (header.slots.filter((slot) => slot.type === 'passphrase').length > MAX_PASSPHRASE_SLOTS) {
    throw new StrongroomError('CONTAINER_LIMIT', `more than ${MAX_PASSPHRASE_SLOTS} passphrase slots`);
  }
  for (const slot of header.slots) {
    if (slot.type === 'passphrase') parseKdf(slot.kdf);
    if (slot.code !== undefined) parseKdf(slot.code);
  }
}

function firstIssue(error: { readonly issues: readonly { path: PropertyKey[] }[] } | undefined): string {
  const path = error?.issues[0]?.path.map(String).join('.') ?? '';
  return path === '' ? 'a member is missing or unknown' : `bad member ${path.slice(0, 64)}`;
}

function malformed(reason: string): StrongroomError {
  return new StrongroomError('CONTAINER_MALFORMED', `not a valid header: ${reason}`);
}
