import { toHex } from '../../bytes/index.ts';
import type { ProblemLog } from '../problem-log.ts';

const DECLARED = /^\s*<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([A-Za-z][\w.-]{0,40})["']/;
/** Encodings in which `<` and letters are the bytes of ASCII, so that nothing hides from a reader of UTF-8. */
const TRANSPARENT = /^(?:utf-?8|us-ascii|ascii|iso-8859-\d{1,2}|windows-125\d)$/i;

/** XML as text, by its byte order mark or the shape of its first bytes (XML 1.0, appendix F); `undefined`: unreadable. */
export function decodeXml(bytes: Uint8Array, log: ProblemLog): string | undefined {
  const encoding = encodingOf(bytes);
  if (encoding === undefined) {
    log.error('XML_ENCODING', 0, 'an encoding that is not read here');
    return undefined;
  }
  if (encoding !== 'utf-8') {
    log.notice('XML_ENCODING', 0, `the encoding ${encoding}`);
    return new TextDecoder(encoding).decode(bytes);
  }
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, 300)).replace(/^\u00ef\u00bb\u00bf/, '');
  const declared = DECLARED.exec(start)?.[1];
  if (declared === undefined || TRANSPARENT.test(declared)) return new TextDecoder('utf-8').decode(bytes);
  // UTF-7 and EBCDIC spell a DOCTYPE so that others do not see it.
  log.error('XML_ENCODING', 0, 'an encoding that hides what the text says');
  return new TextDecoder('utf-8').decode(bytes);
}

function encodingOf(bytes: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' | undefined {
  const start = toHex(bytes.subarray(0, 4)).padEnd(8, 'f');
  return STARTS.find(([prefix]) => start.startsWith(prefix))?.[1];
}

/** First bytes in hexadecimal and the encoding that they show; UCS-4 (zeros) and EBCDIC (4c6fa7) are not read. */
const STARTS: readonly (readonly [
  prefix: string,
  encoding: 'utf-8' | 'utf-16le' | 'utf-16be' | undefined,
])[] = [
  ['fffe0000', undefined],
  ['0000', undefined],
  ['4c6fa7', undefined],
  ['3c000000', undefined],
  ['fffe', 'utf-16le'],
  ['feff', 'utf-16be'],
  ['3c00', 'utf-16le'],
  ['003c', 'utf-16be'],
  ['', 'utf-8'],
];
