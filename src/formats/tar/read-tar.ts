import type { ByteRange, ByteSource } from '../../bytes/index.ts';
import type { FormatProblem } from '../problem.ts';
import { parsePaxRecords } from './pax-records.ts';
import { isZeroBlock, parseTarHeader, TAR_BLOCK_BYTES, type TarHeader, textOf } from './tar-header.ts';

/** How much of a hostile tar is followed (CWE-400). Reaching one is a problem of severity `limit`. */
export interface TarLimits {
  readonly maxMembers: number;
  /** Bytes of one long name or pax header. */
  readonly maxHeaderBytes: number;
  /** Bytes behind the end of the archive that are looked at for more members. */
  readonly maxTrailingBytes: number;
}

const DEFAULT_TAR_LIMITS: TarLimits = {
  maxMembers: 200_000,
  maxHeaderBytes: 1 << 20,
  maxTrailingBytes: 1 << 24,
};

/** One member of a tar archive. */
export interface TarMember {
  /** As pax and GNU headers have it; hostile. */
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'hard-link' | 'link' | 'device' | 'other';
  /** What a link leads to; hostile. */
  readonly linkName: string;
  readonly offset: number;
  /** The content in the source. */
  readonly data: ByteRange;
  /** Whether holes were left out of the content (GNU and pax sparse files). */
  readonly isSparse: boolean;
  /** Whether it stands behind the end of the archive, where most readers do not look. */
  readonly isHidden: boolean;
}

/** A tar archive's members and what is wrong with it. */
export interface TarDocument {
  readonly members: readonly TarMember[];
  readonly problems: readonly FormatProblem[];
}

/** Problems noted; the rest are dropped, and the first say enough. */
const MAX_PROBLEMS = 500;

const KINDS: Readonly<Record<string, TarMember['kind']>> = {
  '0': 'file',
  '7': 'file',
  S: 'file',
  '5': 'folder',
  '1': 'hard-link',
  '2': 'link',
  '3': 'device',
  '4': 'device',
  '6': 'device',
};

/** Whether these bytes begin a tar archive: a header block with its right check sum. */
export function isTar(head: Uint8Array): boolean {
  const header = parseTarHeader(head.subarray(0, TAR_BLOCK_BYTES));
  return header !== undefined && (header.name !== '' || header.flavour !== 'v7');
}

/** Reads the structure of a tar archive: no content is read. Throws only what the source throws. */
export async function readTar(source: ByteSource, options: Partial<TarLimits> = {}): Promise<TarDocument> {
  const reader = new TarReader(source, { ...DEFAULT_TAR_LIMITS, ...options });
  await reader.read();
  return { members: reader.members, problems: reader.problems };
}

/** What an extension header says of the member that follows. */
interface Overrides {
  name?: string;
  linkName?: string;
  size?: number;
  isSparse?: boolean;
}

class TarReader {
  readonly members: TarMember[] = [];
  readonly problems: FormatProblem[] = [];
  readonly #source: ByteSource;
  readonly #limits: TarLimits;
  #global: Overrides = {};
  #next: Overrides = {};
  #isHidden = false;

  constructor(source: ByteSource, limits: TarLimits) {
    this.#source = source;
    this.#limits = limits;
  }

  async read(): Promise<void> {
    let offset = 0;
    for (let headers = 0; offset < this.#source.size; headers++) {
      if (headers > this.#limits.maxMembers * 2 || this.members.length >= this.#limits.maxMembers) {
        this.#note(['limit', 'TAR_LIMIT'], offset, 'more members than are followed');
        return;
      }
      const block = new Uint8Array(await this.#source.read(offset, TAR_BLOCK_BYTES));
      const header = parseTarHeader(block);
      if (header !== undefined) {
        offset = await this.#member(header, offset);
        continue;
      }
      if (!isZeroBlock(block)) {
        this.#note(['error', 'TAR_BROKEN'], offset, 'a header whose check sum is wrong');
        return;
      }
      const next = await this.#searchTrailing(offset);
      if (next === undefined) return;
      offset = next;
    }
    if (!this.#isHidden) this.#note(['notice', 'TAR_NO_END'], offset, 'the archive has no end block');
  }

  /** Reads a header and what belongs to it; where the next header is. */
  async #member(header: TarHeader, offset: number): Promise<number> {
    const start = offset + TAR_BLOCK_BYTES;
    const isExtension = 'xgLK'.includes(header.type);
    const size = isExtension ? header.size : (this.#next.size ?? this.#global.size ?? header.size);
    if (size < 0 || start + size > this.#source.size) {
      this.#note(['error', 'TAR_TRUNCATED'], offset, 'a member reaches beyond the end of the file');
      if (!isExtension) this.#add(header, { start, end: this.#source.size }, offset);
      return this.#source.size;
    }
    if (isExtension) {
      await this.#extension(header, { start, end: start + size }, offset);
      return start + blocks(size);
    }
    const kind = KINDS[header.type] ?? 'other';
    // Links, folders and devices have no content, whatever their size says (POSIX), but readers differ in that.
    const hasContent = kind === 'file' || kind === 'other';
    if (!hasContent && size > 0)
      this.#note(['error', 'TAR_SIZE'], offset, 'a link, folder or device with content');
    this.#add(header, { start, end: start + (hasContent ? size : 0) }, offset);
    return start + (hasContent ? blocks(size) : 0);
  }

  #add(header: TarHeader, data: ByteRange, offset: number): void {
    const overrides = { ...this.#global, ...this.#next };
    this.#next = {};
    const name = overrides.name ?? header.name;
    if (overrides.name !== undefined && this.#global.name !== undefined)
      this.#note(['error', 'TAR_PAX_PATH'], offset, 'a global header gives every member the same path');
    this.members.push({
      name,
      kind: KINDS[header.type] ?? 'other',
      linkName: overrides.linkName ?? header.linkName,
      offset,
      data,
      isSparse: header.type === 'S' || overrides.isSparse === true,
      isHidden: this.#isHidden,
    });
  }

  async #extension(header: TarHeader, range: ByteRange, offset: number): Promise<void> {
    const length = range.end - range.start;
    if (length > this.#limits.maxHeaderBytes) {
      this.#note(['limit', 'TAR_LIMIT'], offset, 'an extended header is longer than is followed');
      return;
    }
    const bytes = new Uint8Array(await this.#source.read(range.start, length));
    if (header.type === 'L') this.#next.name = textOf(bytes, 0, length);
    else if (header.type === 'K') this.#next.linkName = textOf(bytes, 0, length);
    else this.#applyPax(bytes, header.type === 'g', offset);
  }

  #applyPax(bytes: Uint8Array, isGlobal: boolean, offset: number): void {
    const records = parsePaxRecords(bytes);
    if (records === undefined) {
      this.#note(['error', 'TAR_PAX'], offset, 'a pax header is not well-formed');
      return;
    }
    const overrides: Overrides = {};
    const name = records.get('GNU.sparse.name') ?? records.get('path');
    const linkName = records.get('linkpath');
    const size = records.get('size');
    if (name !== undefined) overrides.name = name;
    if (linkName !== undefined) overrides.linkName = linkName;
    if (size !== undefined) {
      if (/^[0-9]{1,15}$/.test(size)) overrides.size = Number(size);
      else this.#note(['error', 'TAR_PAX'], offset, 'a pax header with a size that is no number');
    }
    if ([...records.keys()].some((key) => key.startsWith('GNU.sparse.'))) overrides.isSparse = true;
    if (isGlobal) this.#global = { ...this.#global, ...overrides };
    else this.#next = { ...this.#next, ...overrides };
  }

  /** Behind the end block: where a member goes on after all, or `undefined`. */
  async #searchTrailing(offset: number): Promise<number | undefined> {
    const last = Math.min(this.#source.size, offset + this.#limits.maxTrailingBytes);
    let isNoted = false;
    for (let at = offset; at < last; at += TAR_BLOCK_BYTES) {
      const block = new Uint8Array(await this.#source.read(at, TAR_BLOCK_BYTES));
      if (isZeroBlock(block)) continue;
      if (!isNoted) this.#note(['error', 'TAR_TRAILING'], at, 'data behind the end of the archive');
      isNoted = true;
      if (parseTarHeader(block) === undefined) continue;
      this.#isHidden = true;
      return at;
    }
    if (last < this.#source.size)
      this.#note(['limit', 'TAR_LIMIT'], last, 'more bytes behind the end than are looked at');
    return undefined;
  }

  #note(kind: readonly [FormatProblem['severity'], string], offset: number, message: string): void {
    if (this.problems.length >= MAX_PROBLEMS) return;
    const [severity, code] = kind;
    this.problems.push({ severity, code, offset, message });
  }
}

function blocks(size: number): number {
  return Math.ceil(size / TAR_BLOCK_BYTES) * TAR_BLOCK_BYTES;
}
