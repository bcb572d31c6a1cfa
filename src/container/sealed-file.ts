import {
  type ByteSource,
  bufferView,
  concatBytes,
  sliceSource,
  streamSource,
  toHex,
  uintBytes,
  utf8Bytes,
} from '../bytes/index.ts';
import { createDamageCheck } from '../crypto/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { ContainerHeader } from './container-header.ts';
import { formatHeader, parseHeader } from './header.ts';
import { MAX_HEADER_BYTES, MAX_REGION_BYTES } from './limits.ts';

/** Ending of an exported file's name. */
export const SEALED_FILE_ENDING = '.sealed';
/** What an exported file begins with. */
export const SEALED_FILE_MAGIC: Uint8Array = utf8Bytes('SRSEAL1\n');

const PREAMBLE_BYTES = 16;
const REGION_STEP_BYTES = 4096;
/** What is read of a file at first: the whole region of a file with one slot. */
const FIRST_READ_BYTES = 16_384;
/** Everything in a header except its slots and a long name, generously. */
const HEADER_ROOM_BYTES = 8192;
/** A recipient's slot with an access code, generously. */
const SLOT_ROOM_BYTES = 2560;

/** A file that can be written at any position, such as one that is not published yet. */
export interface PositionalTarget {
  writeAt(position: number, bytes: Uint8Array): Promise<void>;
}

/** An exported file taken apart. */
export interface SealedFile {
  readonly header: ContainerHeader;
  /** Its payload; reads go to the file that it was taken from. */
  readonly payload: ByteSource;
}

/**
 * Writes header and payload as one file while the payload is being sealed: the header's region stays free until
 * `finish`. The caller publishes the file afterwards.
 */
export class SealedFileWriter {
  readonly #target: PositionalTarget;
  readonly #regionBytes: number;
  #end: number;

  /** Keeps room for a header with `slotCount` key slots. */
  constructor(target: PositionalTarget, slotCount: number) {
    this.#target = target;
    this.#regionBytes = regionBytes(HEADER_ROOM_BYTES + slotCount * SLOT_ROOM_BYTES);
    this.#end = this.#regionBytes;
  }

  /** Appends to the payload; the `write` of a `SealRequest`. */
  async write(chunk: Uint8Array): Promise<void> {
    const at = this.#end;
    this.#end += chunk.length;
    await this.#target.writeAt(at, chunk);
  }

  /** Writes the header. Throws `CONTAINER_LIMIT` when it has more slots than room was kept for. */
  async finish(header: ContainerHeader): Promise<void> {
    await this.#target.writeAt(0, headerRegion(header, this.#regionBytes));
  }
}

/**
 * Exports a stored blob as one file, and checks on the way that the payload is what its header says; that takes no
 * key, and finds damage rather than a forger (docs/decisions/0011). Throws `CONTAINER_TRUNCATED`, `CONTAINER_TAMPERED`:
 * then the target is not to be published.
 */
export async function writeSealedFile(file: SealedFile, target: PositionalTarget): Promise<void> {
  const { blob, payloadCheck, payloadSize } = file.header;
  if (file.payload.size !== payloadSize) {
    throw new StrongroomError('CONTAINER_TRUNCATED', `blob ${blob} has not the size that its header states`);
  }
  const check = createDamageCheck();
  const region = headerRegion(file.header, regionBytes(formatHeader(file.header).length));
  await target.writeAt(0, region);
  let at = region.length;
  for await (const chunk of streamSource(file.payload)) {
    check.update(chunk);
    await target.writeAt(at, chunk);
    at += chunk.length;
  }
  if (toHex(check.digest()) !== payloadCheck)
    throw new StrongroomError('CONTAINER_TAMPERED', `blob ${blob} is not what was stored`);
}

/**
 * Takes an exported file apart; `openPayload` then verifies it. Throws `CONTAINER_MALFORMED` for anything that is
 * not exactly such a file, `CONTAINER_LIMIT`, `CONTAINER_TRUNCATED`, and what `parseHeader` throws.
 */
export async function readSealedFile(source: ByteSource): Promise<SealedFile> {
  const start = await source.read(0, FIRST_READ_BYTES);
  const preamble = bufferView(start.subarray(0, PREAMBLE_BYTES));
  if (!isSealedFile(preamble) || preamble.length < PREAMBLE_BYTES)
    throw malformed('it does not begin as one');
  const regionEnd = preamble.readUInt32BE(SEALED_FILE_MAGIC.length);
  const headerBytes = preamble.readUInt32BE(SEALED_FILE_MAGIC.length + 4);
  assertRegion(regionEnd, headerBytes);
  const region = regionEnd <= start.length ? start.subarray(0, regionEnd) : await source.read(0, regionEnd);
  if (region.length !== regionEnd) throw malformed('it ends within its header');
  const padding = region.subarray(PREAMBLE_BYTES + headerBytes);
  if (!bufferView(padding).equals(new Uint8Array(padding.length))) throw malformed('the padding is not zero');
  const header = parseHeader(region.slice(PREAMBLE_BYTES, PREAMBLE_BYTES + headerBytes));
  if (source.size - regionEnd !== header.payloadSize) {
    throw new StrongroomError('CONTAINER_TRUNCATED', 'the file has not the size that its header states');
  }
  return { header, payload: sliceSource(source, { start: regionEnd, end: source.size }) };
}

/** Whether bytes begin as an exported file does; enough to pick files out of a folder. */
export function isSealedFile(start: Uint8Array): boolean {
  return SEALED_FILE_MAGIC.every((byte, at) => start[at] === byte);
}

function regionBytes(headerBytes: number): number {
  const wanted = PREAMBLE_BYTES + Math.min(headerBytes, MAX_HEADER_BYTES);
  return Math.ceil(wanted / REGION_STEP_BYTES) * REGION_STEP_BYTES;
}

function headerRegion(header: ContainerHeader, length: number): Uint8Array {
  const text = formatHeader(header);
  if (PREAMBLE_BYTES + text.length > length) {
    throw new StrongroomError('CONTAINER_LIMIT', 'the header has outgrown the room kept for it');
  }
  const region = new Uint8Array(length);
  region.set(concatBytes(SEALED_FILE_MAGIC, uintBytes(length, 4), uintBytes(text.length, 4), text));
  return region;
}

function assertRegion(regionEnd: number, headerBytes: number): void {
  if (regionEnd > MAX_REGION_BYTES || headerBytes > MAX_HEADER_BYTES) {
    throw new StrongroomError('CONTAINER_LIMIT', `the header has more than ${MAX_HEADER_BYTES} bytes`);
  }
  if (regionEnd % REGION_STEP_BYTES !== 0 || PREAMBLE_BYTES + headerBytes > regionEnd) {
    throw malformed('its header region makes no sense');
  }
}

function malformed(reason: string): StrongroomError {
  return new StrongroomError('CONTAINER_MALFORMED', `not a sealed file: ${reason}`);
}
