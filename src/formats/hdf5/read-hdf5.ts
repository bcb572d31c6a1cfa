import type { ByteSource } from '../../bytes/index.ts';
import type { FormatProblem } from '../problem.ts';
import { ProblemLog, ReadingHalt } from '../problem-log.ts';
import { denseAttributes, type Hdf5Attribute, readAttribute } from './attributes.ts';
import { externalFiles, isVirtualLayout, pluginFilters } from './dataset-messages.ts';
import { Hdf5File } from './hdf5-file.ts';
import { DEFAULT_HDF5_LIMITS, type Hdf5Limits } from './limits.ts';
import { denseLinks, type Hdf5Link, parseLink, symbolLinks } from './links.ts';
import { type HeaderMessage, readObjectHeader } from './object-header.ts';
import { readSuperblock } from './superblock.ts';

/** Something in an HDF5 file that reads other files, or runs a library. */
export interface Hdf5Reference {
  readonly kind: 'external-link' | 'external-data' | 'virtual-dataset' | 'plugin-filter' | 'custom-link';
  /** The object that has it, as a path. */
  readonly object: string;
  /** The file, or the number of the filter; empty where it is not known. */
  readonly names: string;
  readonly offset: number;
}

/** What an HDF5 file is made of, for those who judge it. */
export interface Hdf5Document {
  /** Bytes in front of the file. */
  readonly userBlockBytes: number;
  /** Attributes that were asked for, with the object that has them. */
  readonly attributes: readonly (Hdf5Attribute & { readonly object: string })[];
  readonly references: readonly Hdf5Reference[];
  readonly objectCount: number;
  readonly problems: readonly FormatProblem[];
}

/** What to read. */
export interface ReadHdf5Options {
  /** Attributes whose text is wanted. */
  readonly attributes: readonly string[];
  readonly limits?: Partial<Hdf5Limits>;
}

const LINK_INFO = 0x02;
const LINK = 0x06;
const EXTERNAL_FILES = 0x07;
const LAYOUT = 0x08;
const FILTERS = 0x0b;
const ATTRIBUTE = 0x0c;
const SYMBOL_TABLE = 0x11;
const ATTRIBUTE_INFO = 0x15;
const READ_MESSAGES = new Set([
  LINK_INFO,
  LINK,
  EXTERNAL_FILES,
  LAYOUT,
  FILTERS,
  ATTRIBUTE,
  SYMBOL_TABLE,
  ATTRIBUTE_INFO,
]);
const MAX_NOTED = 1000;
const MAX_PATH_CHARS = 1000;

/**
 * Walks an HDF5 file (File Format Specification 4.0; superblocks 0 to 3, object headers 1 and 2, groups of all kinds)
 * from its root to every object that a path leads to. Reads no data. What it cannot follow is a `limit`. Never throws
 * for bad bytes.
 */
export async function readHdf5(source: ByteSource, options: ReadHdf5Options): Promise<Hdf5Document> {
  const log = new ProblemLog();
  const file = new Hdf5File(source, log, { ...DEFAULT_HDF5_LIMITS, ...options.limits });
  const walk = new Hdf5Walk(file, options.attributes);
  await walk.guarded(() => walk.run());
  const { userBlockBytes, attributes, references, objectCount } = walk;
  return { userBlockBytes, attributes, references, objectCount, problems: log.problems };
}

interface OpenObject {
  readonly address: number;
  readonly path: string;
}

class Hdf5Walk {
  userBlockBytes = 0;
  objectCount = 0;
  readonly attributes: (Hdf5Attribute & { object: string })[] = [];
  readonly references: Hdf5Reference[] = [];
  readonly #file: Hdf5File;
  readonly #wanted: ReadonlySet<string>;
  readonly #seen = new Set<number>();
  readonly #open: OpenObject[] = [];

  constructor(file: Hdf5File, wanted: readonly string[]) {
    this.#file = file;
    this.#wanted = new Set(wanted);
  }

  /** Runs a part of the walk; what ends it is noted already, and the rest goes on. */
  async guarded(part: () => Promise<void>): Promise<void> {
    try {
      await part();
    } catch (error) {
      if (!(error instanceof ReadingHalt)) throw error;
    }
  }

  async run(): Promise<void> {
    const superblock = await readSuperblock(this.#file);
    this.userBlockBytes = superblock.userBlockBytes;
    this.#checkEnd(superblock.endAddress);
    if (superblock.hasDriver)
      this.#file.log.limit('HDF5_LIMIT', 0, 'a file driver, which may spread over other files');
    this.#enter(superblock.root, '');
    if (superblock.extension !== undefined) this.#enter(superblock.extension, '(superblock)');
    for (let next = this.#open.pop(); next !== undefined; next = this.#open.pop()) {
      const object = next;
      await this.guarded(() => this.#object(object));
      if (this.#file.log.hasLimit && this.objectCount >= this.#file.limits.maxObjects) return;
    }
  }

  #checkEnd(end: number | undefined): void {
    if (end === undefined) return;
    // Unlike other addresses, the end counts from the start of the file.
    const missing = end - this.#file.size;
    if (missing > 0)
      this.#file.log.error('HDF5_TRUNCATED', this.#file.size, `${missing} bytes are missing at the end`);
    else if (missing < 0) this.#file.log.notice('HDF5_TRAILING', end, `${-missing} bytes behind the file`);
  }

  #enter(address: number, path: string): void {
    if (this.#seen.has(address)) return;
    if (this.#seen.size >= this.#file.limits.maxObjects) this.#file.stop(address, 'too many objects');
    this.#seen.add(address);
    this.#open.push({ address, path: path.slice(0, MAX_PATH_CHARS) });
  }

  async #object({ address, path }: OpenObject): Promise<void> {
    this.objectCount++;
    for (const message of await readObjectHeader(this.#file, address)) {
      await this.guarded(() => this.#message(message, path));
    }
  }

  async #message({ type, isShared, body }: HeaderMessage, path: string): Promise<void> {
    if (!READ_MESSAGES.has(type)) return;
    const { offset } = body;
    if (isShared) this.#file.stop(offset, 'a shared header message');
    if (type === LINK) this.#link(parseLink(this.#file, body), path);
    else if (type === LINK_INFO)
      for await (const link of denseLinks(this.#file, body)) this.#link(link, path);
    else if (type === SYMBOL_TABLE)
      for await (const link of symbolLinks(this.#file, body)) this.#link(link, path);
    else if (type === ATTRIBUTE) this.#attribute(await readAttribute(this.#file, body, this.#isWanted), path);
    else if (type === ATTRIBUTE_INFO) {
      for await (const attribute of denseAttributes(this.#file, body, this.#isWanted))
        this.#attribute(attribute, path);
    } else await this.#datasetMessage(type, { body, offset, path });
  }

  async #datasetMessage(
    type: number,
    { body, offset, path }: { body: HeaderMessage['body']; offset: number; path: string },
  ): Promise<void> {
    if (type === EXTERNAL_FILES) {
      // Noted before the names are read: they may be where nobody finds them.
      const reference = this.#reference({ kind: 'external-data', object: path, names: '', offset });
      const names = await externalFiles(this.#file, body);
      if (reference !== undefined)
        this.references[reference] = { kind: 'external-data', object: path, names: names.join(', '), offset };
    } else if (type === LAYOUT && isVirtualLayout(this.#file, body)) {
      this.#reference({ kind: 'virtual-dataset', object: path, names: '', offset });
    } else if (type === FILTERS) {
      for (const id of pluginFilters(this.#file, body)) {
        this.#reference({ kind: 'plugin-filter', object: path, names: String(id), offset });
      }
    }
  }

  #link(link: Hdf5Link, path: string): void {
    const object = `${path}/${link.name}`;
    if (link.kind === 'hard') this.#enter(link.address, object);
    else if (link.kind === 'external') {
      this.#reference({ kind: 'external-link', object, names: link.file, offset: link.offset });
    } else if (link.kind === 'custom')
      this.#reference({ kind: 'custom-link', object, names: '', offset: link.offset });
  }

  #attribute(attribute: Hdf5Attribute, object: string): void {
    if (!this.#wanted.has(attribute.name)) return;
    if (this.attributes.length >= MAX_NOTED) this.#file.stop(attribute.offset, 'too many configurations');
    this.attributes.push({ ...attribute, object });
  }

  #reference(reference: Hdf5Reference): number | undefined {
    if (this.references.length >= MAX_NOTED) return undefined;
    return this.references.push(reference) - 1;
  }

  readonly #isWanted = (name: string): boolean => this.#wanted.has(name);
}
