import { utf8Text } from '../../bytes/index.ts';

/**
 * The records of a pax header, `LENGTH KEYWORD=VALUE\n` (POSIX.1-2017 pax, "pax Extended Header"); `undefined` when
 * they are not well-formed.
 */
export function parsePaxRecords(bytes: Uint8Array): ReadonlyMap<string, string> | undefined {
  const records = new Map<string, string>();
  for (let at = 0; at < bytes.length; ) {
    if (bytes[at] === 0) break;
    const space = bytes.indexOf(0x20, at);
    if (space < 0 || space - at > 10) return undefined;
    const digits = utf8Text(bytes.slice(at, space)) ?? '';
    const length = /^[0-9]+$/.test(digits) ? Number(digits) : 0;
    const end = at + length;
    if (end <= space + 1 || end > bytes.length || bytes[end - 1] !== 0x0a) return undefined;
    const record = bytes.slice(space + 1, end - 1);
    const text = utf8Text(record) ?? Array.from(record, (byte) => String.fromCharCode(byte)).join('');
    const equals = text.indexOf('=');
    if (equals < 1) return undefined;
    records.set(text.slice(0, equals), text.slice(equals + 1));
    at = end;
  }
  return records;
}
