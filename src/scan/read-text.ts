import type { ScanContext, ScanTarget } from './check.ts';

/** Text that is in memory at once, in bytes. */
const PART_BYTES = 1 << 22;
/** Parts overlap by this, so that what lies across two is whole in one. */
const OVERLAP_BYTES = 8192;
/** Text beyond this is not looked at: no configuration, card or vocabulary is as long. */
const MAX_TEXT_BYTES = 1 << 28;

/** A part of a text. */
export interface TextPart {
  readonly text: string;
  /** Where it begins in its source, in bytes. */
  readonly start: number;
  /** Whether the source ends with it. */
  readonly isLast: boolean;
  /** Whether a place in the text is this part's to report, and not the next one's. */
  readonly owns: (index: number) => boolean;
}

/** A text part by part for checks that look for words; one that is too long makes the scan inconclusive. */
export async function* textParts(target: ScanTarget, context: ScanContext): AsyncGenerator<TextPart> {
  const { source } = target;
  const end = Math.min(source.size, MAX_TEXT_BYTES);
  for (let start = 0; start < end; start += PART_BYTES) {
    const isLast = start + PART_BYTES >= end;
    const bytes = await source.read(start, Math.min(PART_BYTES + OVERLAP_BYTES, end - start));
    const text = decodeText(bytes, start > 0 ? await encodingOf(target) : undefined);
    context.budget.spendOperations(text.length >> 6);
    // Characters take at least a byte, so that a place within the first bytes is this part's in any encoding.
    const ownChars = isLast ? text.length : Math.max(0, text.length - OVERLAP_BYTES);
    yield { text, start, isLast, owns: (index) => index < ownChars };
  }
  if (end < source.size) {
    const message = `a text of more than ${MAX_TEXT_BYTES} bytes`;
    context.report({ rule: 'SCAN_LIMIT', offset: end, message }, target);
    context.inconclusive(message);
  }
}

/** The whole of a text that one part holds; `undefined` for a longer one. */
export async function wholeText(target: ScanTarget): Promise<string | undefined> {
  if (target.source.size > PART_BYTES) return undefined;
  return decodeText(await target.source.read(0, target.source.size));
}

async function encodingOf({ source }: ScanTarget): Promise<string> {
  return markedEncoding(await source.read(0, 2)) ?? 'utf-8';
}

function markedEncoding(bytes: Uint8Array): string | undefined {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : undefined;
}

/** Bytes as text whatever they are: in their encoding, UTF-16 by its mark, else UTF-8 with replacements. */
function decodeText(bytes: Uint8Array, encoding: string = markedEncoding(bytes) ?? 'utf-8'): string {
  return new TextDecoder(encoding).decode(bytes);
}
