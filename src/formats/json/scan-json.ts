import type { ByteSource } from '../../bytes/index.ts';
import { ProblemLog } from '../problem-log.ts';
import type { JsonLimits } from './limits.ts';
import { DEFAULT_JSON_LIMITS } from './limits.ts';
import { JsonScanner, type JsonVisitor } from './scanner.ts';

const WINDOW_BYTES = 1 << 16;

/**
 * Walks a JSON text (RFC 8259, UTF-8) and tells a visitor what it meets, in bounded memory and one pass. Duplicate
 * keys, bad UTF-8, trailing bytes and everything else that parsers disagree about are problems. Never throws for bad
 * bytes; throws what the source or the visitor throws.
 */
export async function scanJson(
  source: ByteSource,
  visitor: JsonVisitor,
  limits: Partial<JsonLimits> = {},
): Promise<ProblemLog> {
  const log = new ProblemLog();
  const all = { ...DEFAULT_JSON_LIMITS, ...limits };
  const scanner = new JsonScanner(visitor, log, all);
  let window = WINDOW_BYTES;
  if (source.size > all.maxBytes) log.limit('JSON_TOO_LARGE', 0, `more than ${all.maxBytes} bytes of json`);
  else {
    for (let start = 0; !scanner.isDone; ) {
      const length = Math.min(window, source.size - start);
      const bytes = await source.read(start, length);
      const isLast = start + length >= source.size || bytes.length < length;
      const used = scanner.advance(bytes, start, isLast);
      if (isLast) break;
      // A token that does not fit is read again with twice the window, so the work stays linear.
      window = used === 0 ? window * 2 : WINDOW_BYTES;
      start += used;
    }
  }
  return log;
}
