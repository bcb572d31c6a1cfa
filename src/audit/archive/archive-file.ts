import { type ByteSource, toHex, uintBytes, utf8Bytes } from '../../bytes/index.ts';
import { createHasher } from '../../crypto/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import type { NoteKey, NoteSigner } from '../note/note-key.ts';
import { MAX_NOTE_BYTES } from '../note/signed-note.ts';
import { MAX_ENTRY_BYTES, parseEntries, TILE_WIDTH } from '../tree/tiles.ts';
import { type ArchiveNote, openArchiveNote, signArchiveNote } from './archive-note.ts';

const MAGIC = utf8Bytes('SRAUDIT1');
const LENGTH_BYTES = 4;
const MAX_BUNDLE_BYTES = TILE_WIDTH * (MAX_ENTRY_BYTES + 2);

/** Where an archive is written to, from its first byte to its last. */
export interface ArchiveTarget {
  write(chunk: Uint8Array): Promise<void>;
}

/** What is archived: whole bundles of entries, one after the other. */
export interface ArchiveContent {
  readonly first: number;
  readonly bundles: AsyncIterable<Uint8Array>;
  readonly origin: string;
  readonly signers: readonly NoteSigner[];
}

/**
 * Writes an archive: `SRAUDIT1`, each bundle with its length before it, and the signed note with its length after it
 * (docs/spec/audit.md). Gives the note as it stands there.
 */
export async function writeArchive(
  { first, bundles, origin, signers }: ArchiveContent,
  target: ArchiveTarget,
): Promise<Uint8Array> {
  const hasher = createHasher('sha256');
  let [bytes, count] = [0, 0];
  await target.write(MAGIC);
  for await (const bundle of bundles) {
    for (const part of [uintBytes(bundle.length, LENGTH_BYTES), bundle]) {
      hasher.update(part);
      bytes += part.length;
      await target.write(part);
    }
    count += 1;
  }
  const content = { first, end: first + count * TILE_WIDTH, bytes, sha256: toHex(hasher.digest()) };
  const note = utf8Bytes(signArchiveNote(content, origin, signers));
  await target.write(note);
  await target.write(uintBytes(note.length, LENGTH_BYTES));
  return note;
}

/** An archive that the log signed, whole as it was written. Where its entries stand in the log, only the log tells. */
export class ArchiveFile {
  readonly note: ArchiveNote;
  /** As it is stored beside the log too. */
  readonly noteBytes: Uint8Array;
  readonly #source: ByteSource;
  /** Where each bundle lies. */
  readonly #places: readonly (readonly [offset: number, length: number])[];

  private constructor(
    source: ByteSource,
    parts: {
      readonly note: ArchiveNote;
      readonly noteBytes: Uint8Array;
      readonly places: readonly (readonly [number, number])[];
    },
  ) {
    this.#source = source;
    this.note = parts.note;
    this.noteBytes = parts.noteBytes;
    this.#places = parts.places;
  }

  /** Reads an archive through. Throws `AUDIT_NOTE_INVALID` for what is none, `AUDIT_SIGNATURE`, `AUDIT_DAMAGED`. */
  static async open(source: ByteSource, key: NoteKey): Promise<ArchiveFile> {
    const noteBytes = await readNote(source);
    const note = openArchiveNote(noteBytes, key);
    if (source.size !== MAGIC.length + note.bytes + noteBytes.length + LENGTH_BYTES) throw damaged();
    const hasher = createHasher('sha256');
    const places: (readonly [number, number])[] = [];
    const end = MAGIC.length + note.bytes;
    for (let at = MAGIC.length; at < end; ) {
      const prefix = await copyOf(source, at, LENGTH_BYTES);
      const length = Buffer.from(prefix).readUInt32BE();
      const offset = at + LENGTH_BYTES;
      if (length > MAX_BUNDLE_BYTES || offset + length > end) throw damaged();
      hasher.update(prefix);
      hasher.update(await copyOf(source, offset, length));
      places.push([offset, length]);
      at = offset + length;
    }
    const isWhole = places.length * TILE_WIDTH === note.end - note.first;
    if (!isWhole || toHex(hasher.digest()) !== note.sha256) throw damaged();
    return new ArchiveFile(source, { note, noteBytes, places });
  }

  /** The bytes of a bundle, numbered as in the log; `undefined` where it is not in here. */
  async bundle(index: number): Promise<Uint8Array | undefined> {
    const place = this.#places[index - this.note.first / TILE_WIDTH];
    return place && (await copyOf(this.#source, ...place));
  }

  /** The entries of a bundle that is in here. Throws `AUDIT_DAMAGED`. */
  async entries(index: number): Promise<readonly Uint8Array[]> {
    const bundle = await this.bundle(index);
    const entries = bundle && parseEntries(bundle, TILE_WIDTH);
    if (entries === undefined) throw damaged();
    return entries;
  }
}

async function readNote(source: ByteSource): Promise<Uint8Array> {
  const smallest = MAGIC.length + LENGTH_BYTES;
  const start = source.size < smallest ? new Uint8Array(0) : await copyOf(source, 0, MAGIC.length);
  if (!Buffer.from(MAGIC).equals(start)) throw noArchive();
  const length = Buffer.from(await copyOf(source, source.size - LENGTH_BYTES, LENGTH_BYTES)).readUInt32BE();
  if (length > MAX_NOTE_BYTES || length + smallest > source.size) throw noArchive();
  return await copyOf(source, source.size - LENGTH_BYTES - length, length);
}

/** What a source gives may be overwritten by the next read. */
async function copyOf(source: ByteSource, offset: number, length: number): Promise<Uint8Array> {
  return Uint8Array.from(await source.read(offset, length));
}

function noArchive(): StrongroomError {
  return new StrongroomError('AUDIT_NOTE_INVALID', 'not an archive of an audit log');
}

function damaged(): StrongroomError {
  return new StrongroomError('AUDIT_DAMAGED', 'the archive is not what its note says');
}
