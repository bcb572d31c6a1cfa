import type { ByteSource } from '../../bytes/index.ts';
import type { FormatProblem } from '../problem.ts';
import { ProblemLog, ReadingHalt } from '../problem-log.ts';
import { decodeXml } from './decode-xml.ts';

/** How much of a hostile XML text is followed. */
export interface XmlLimits {
  /** Size of the text, in bytes. */
  readonly maxBytes: number;
  readonly maxDepth: number;
  readonly maxElements: number;
  readonly maxAttributes: number;
}

/** Enough for a forest in PMML and for the largest graphs of OpenVINO. */
const DEFAULT_XML_LIMITS: XmlLimits = {
  maxBytes: 1 << 28,
  maxDepth: 256,
  maxElements: 10_000_000,
  maxAttributes: 1000,
};

/** An element as it starts; its text is not told. */
export interface XmlElement {
  /** Without its prefix. */
  readonly name: string;
  readonly prefix: string;
  readonly attributes: readonly { readonly name: string; readonly value: string }[];
  /** Names of the elements around it, outermost first. */
  readonly path: readonly string[];
  /** In UTF-16 units from the start of the text. */
  readonly offset: number;
}

/** Things that a model has no use for, and that parsers act on. */
export interface XmlDeclaration {
  readonly kind: 'doctype' | 'entity' | 'instruction' | 'entity-reference';
  readonly text: string;
  readonly offset: number;
}

/** Is told what the text has; keep it quick. */
export interface XmlVisitor {
  element?(element: XmlElement): void;
  /** Character data that is not blank. */
  text?(text: string, path: readonly string[], offset: number): void;
  declaration?(declaration: XmlDeclaration): void;
}

const NAME = /[A-Za-z_:\u0080-\uffff][\w:.\-\u0080-\uffff]*/y;
const ATTRIBUTE = /\s+([A-Za-z_:\u0080-\uffff][\w:.\-\u0080-\uffff]*)\s*=\s*("[^"<]*"|'[^'<]*')/y;
const TAG_END = /\s*(\/?>)/y;
const PREDEFINED = /&(?!(?:lt|gt|amp|apos|quot|#\d{1,7}|#x[0-9a-fA-F]{1,6});)/;
const MAX_SHOWN = 200;

/**
 * Reads XML (1.0) without validating, expanding or fetching anything: elements, and every declaration that another
 * parser might act on. Never throws for bad bytes.
 */
export async function scanXml(
  source: ByteSource,
  visitor: XmlVisitor,
  limits: Partial<XmlLimits> = {},
): Promise<readonly FormatProblem[]> {
  const log = new ProblemLog();
  const all = { ...DEFAULT_XML_LIMITS, ...limits };
  if (source.size > all.maxBytes) {
    log.limit('XML_LIMIT', 0, `more than ${all.maxBytes} bytes of xml`);
    return log.problems;
  }
  const text = decodeXml(await source.read(0, source.size), log);
  if (text === undefined) return log.problems;
  try {
    new XmlScanner(text, visitor, { log, limits: all }).scan();
  } catch (error) {
    // A halt has noted its reason already.
    if (!(error instanceof ReadingHalt)) throw error;
  }
  return log.problems;
}

class XmlScanner {
  readonly #text: string;
  readonly #visitor: XmlVisitor;
  readonly #log: ProblemLog;
  readonly #limits: XmlLimits;
  readonly #path: string[] = [];
  #at = 0;
  #elements = 0;
  #roots = 0;

  constructor(text: string, visitor: XmlVisitor, { log, limits }: { log: ProblemLog; limits: XmlLimits }) {
    this.#text = text;
    this.#visitor = visitor;
    this.#log = log;
    this.#limits = limits;
  }

  scan(): void {
    while (this.#at < this.#text.length) {
      const open = this.#text.indexOf('<', this.#at);
      this.#characters(this.#at, open < 0 ? this.#text.length : open);
      if (open < 0) break;
      this.#at = open;
      this.#markup();
    }
    if (this.#path.length > 0) this.#fail('an element is not closed');
    if (this.#roots === 0) this.#fail('no element');
  }

  #markup(): void {
    const { [this.#at + 1]: next } = this.#text;
    if (next === '/') this.#endTag();
    else if (next === '?') this.#instruction();
    else if (next !== '!') this.#startTag();
    else if (this.#text.startsWith('<!--', this.#at)) this.#at = this.#after('-->', 4);
    else if (this.#text.startsWith('<![CDATA[', this.#at)) this.#cdata();
    else this.#doctype();
  }

  #startTag(): void {
    const offset = this.#at;
    this.#at++;
    const name = this.#match(NAME)?.[0];
    if (name === undefined) return this.#fail('no name behind <');
    if (++this.#elements > this.#limits.maxElements) this.#stop('too many elements');
    const attributes: { name: string; value: string }[] = [];
    for (let match = this.#match(ATTRIBUTE); match !== undefined; match = this.#match(ATTRIBUTE)) {
      if (attributes.length >= this.#limits.maxAttributes) this.#stop('too many attributes');
      const attribute = { name: match[1] ?? '', value: (match[2] ?? '').slice(1, -1) };
      if (attributes.some((other) => other.name === attribute.name)) this.#fail('an attribute appears twice');
      this.#references(attribute.value, offset);
      attributes.push({ ...attribute, value: expand(attribute.value) });
    }
    const end = this.#match(TAG_END)?.[1];
    if (end === undefined) return this.#fail('a tag that is not closed');
    if (this.#path.length === 0 && ++this.#roots > 1) this.#fail('two outermost elements');
    const [prefix, local] = splitName(name);
    this.#visitor.element?.({ name: local, prefix, attributes, path: this.#path, offset });
    if (end === '/>') return;
    if (this.#path.length >= this.#limits.maxDepth)
      this.#stop(`elements nest deeper than ${this.#limits.maxDepth}`);
    this.#path.push(name);
  }

  #endTag(): void {
    this.#at += 2;
    const name = this.#match(NAME)?.[0];
    const end = this.#match(TAG_END)?.[1];
    if (name === undefined || end !== '>' || this.#path.pop() !== name)
      this.#fail('an end tag that fits no start tag');
  }

  #instruction(): void {
    const offset = this.#at;
    const end = this.#after('?>', 2);
    const text = this.#text.slice(offset, Math.min(end, offset + MAX_SHOWN));
    const isDeclaration = /^<\?xml\s/.test(text) && this.#text.slice(0, offset).trim() === '';
    if (!isDeclaration) this.#visitor.declaration?.({ kind: 'instruction', text, offset });
    this.#at = end;
  }

  #cdata(): void {
    const start = this.#at + '<![CDATA['.length;
    const end = this.#after(']]>', 9);
    this.#tell(start, end - 3);
    this.#at = end;
  }

  /** A document type with its internal subset; the end is where its brackets and quotes are closed. */
  #doctype(): void {
    const offset = this.#at;
    const piece = /<!DOCTYPE(?:[^"'[\]>]|"[^"]*"|'[^']*')*/iy;
    piece.lastIndex = offset;
    const head = piece.exec(this.#text)?.[0];
    if (head === undefined) return this.#fail('an unknown declaration');
    this.#visitor.declaration?.({ kind: 'doctype', text: head.slice(0, MAX_SHOWN), offset });
    const start = offset + head.length;
    const end = this.#text[start] === '[' ? this.#text.indexOf(']', start) : start;
    const subset = this.#text.slice(
      start,
      end < 0 ? undefined : this.#text.indexOf('>', end) + 1 || undefined,
    );
    for (const match of subset.matchAll(/<!ENTITY[^>]{0,200}/gi)) {
      this.#visitor.declaration?.({ kind: 'entity', text: match[0], offset: start + match.index });
    }
    // Where a subset ends is for a validating parser to say; there is nothing more to learn behind it.
    this.#log.error('XML_DOCTYPE', offset, 'a document type, which is not read further');
    throw new ReadingHalt('doctype');
  }

  #characters(start: number, end: number): void {
    if (end <= start) return;
    const text = this.#text.slice(start, end);
    if (text.trim() === '') return;
    if (this.#path.length === 0) this.#fail('text outside the outermost element');
    this.#references(text, start);
    this.#tell(start, end);
  }

  #tell(start: number, end: number): void {
    const text = this.#text.slice(start, end);
    if (text.trim() !== '') this.#visitor.text?.(expand(text), this.#path, start);
  }

  #references(text: string, offset: number): void {
    const match = PREDEFINED.exec(text);
    if (match === null) return;
    const shown = text.slice(match.index, match.index + 40);
    this.#visitor.declaration?.({ kind: 'entity-reference', text: shown, offset });
  }

  /** Where a piece of markup ends, behind its end mark. */
  #after(mark: string, skipped: number): number {
    const end = this.#text.indexOf(mark, this.#at + skipped);
    return end < 0 ? this.#fail(`no ${mark}`) : end + mark.length;
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.#at = pattern.lastIndex;
    return match;
  }

  #fail(message: string): never {
    this.#log.error('XML_MALFORMED', this.#at, message);
    throw new ReadingHalt('malformed');
  }

  #stop(message: string): never {
    this.#log.limit('XML_LIMIT', this.#at, message);
    throw new ReadingHalt('limit');
  }
}

function splitName(name: string): readonly [prefix: string, local: string] {
  const colon = name.indexOf(':');
  return colon < 0 ? ['', name] : [name.slice(0, colon), name.slice(colon + 1)];
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', apos: "'", quot: '"' };

/** Text with the five predefined entities and numbers expanded; nothing else is. */
function expand(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(
    /&(?:(lt|gt|amp|apos|quot)|#(\d{1,7})|#x([0-9a-fA-F]{1,6}));/g,
    (whole, ...groups: (string | undefined)[]) => {
      const [named, decimal, hex] = groups;
      if (named !== undefined) return ENTITIES[named] ?? whole;
      const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
      return code > 0x10ffff ? whole : String.fromCodePoint(code);
    },
  );
}
