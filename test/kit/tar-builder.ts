import { concatBytes, utf8Bytes } from '../../src/bytes/index.ts';

/** One entry of a tar archive to be built, lies included. */
export interface TarEntry {
  readonly name: string;
  readonly content?: Uint8Array | string;
  /** The type flag; `0` by default. */
  readonly type?: string;
  readonly linkName?: string;
  /** What the header says, when that is not the length of the content. */
  readonly size?: number;
  readonly breakChecksum?: boolean;
}

const BLOCK = 512;

/** A tar archive (ustar) with its end blocks. */
export function buildTar(entries: readonly TarEntry[], trailing: Uint8Array = new Uint8Array(0)): Uint8Array {
  return concatBytes(...entries.map(entryBytes), new Uint8Array(2 * BLOCK), trailing);
}

/** A pax header with records of its own. */
export function paxEntry(records: Readonly<Record<string, string>>, type: 'x' | 'g' = 'x'): TarEntry {
  const content = Object.entries(records)
    .map(([key, value]) => {
      const rest = ` ${key}=${value}\n`;
      let length = utf8Bytes(rest).length + 1;
      while (String(length).length + utf8Bytes(rest).length !== length) length++;
      return `${length}${rest}`;
    })
    .join('');
  return { name: 'pax', type, content };
}

function entryBytes(entry: TarEntry): Uint8Array {
  const content =
    typeof entry.content === 'string' ? utf8Bytes(entry.content) : (entry.content ?? new Uint8Array(0));
  const header = new Uint8Array(BLOCK);
  const put = (text: string, at: number): void => header.set(utf8Bytes(text), at);
  put(entry.name.slice(0, 100), 0);
  put('0000644\0', 100);
  put(`${(entry.size ?? content.length).toString(8).padStart(11, '0')}\0`, 124);
  put('00000000000\0', 136);
  put('        ', 148);
  put(entry.type ?? '0', 156);
  put(entry.linkName ?? '', 157);
  put('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, entry.breakChecksum === true ? 1 : 0);
  put(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return concatBytes(header, content, new Uint8Array((BLOCK - (content.length % BLOCK)) % BLOCK));
}
