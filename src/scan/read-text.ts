import type { ByteSource } from '../bytes/index.ts';

/** Text that is looked at whole; of longer text, so much of its beginning and of its end. */
const MAX_TEXT_BYTES = 1 << 24;

/** A part of a text, and where it begins in its source. */
export interface TextPart {
  readonly text: string;
  readonly start: number;
}

/** A text for checks that look for words: whole, or the beginning and the end of one that is too long. */
export async function readText(source: ByteSource): Promise<readonly TextPart[]> {
  if (source.size <= MAX_TEXT_BYTES)
    return [{ text: decodeText(await source.read(0, source.size)), start: 0 }];
  const half = MAX_TEXT_BYTES / 2;
  const start = source.size - half;
  const first = decodeText(await source.read(0, half));
  return [
    { text: first, start: 0 },
    { text: decodeText(await source.read(start, half)), start },
  ];
}

/** Bytes as text whatever they are: UTF-16 by its mark, else UTF-8 with replacements. */
export function decodeText(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  return new TextDecoder('utf-8').decode(bytes);
}
