import type { ByteSource } from '../../bytes/index.ts';
import type { FormatProblem } from '../problem.ts';
import { ProblemLog } from '../problem-log.ts';

const WINDOW_BYTES = 1 << 16;
const LINE_FEED = 0x0a;
/** Lists of a tree's values are long lines: a tree of 131 072 leaves has about three megabytes in one. */
const MAX_LINE_BYTES = 1 << 26;
const MAX_LINES = 20_000_000;
/** The part of a line that is looked at; what follows is numbers. */
const HEAD_BYTES = 256;
const HEADER_KEYS = [
  'version',
  'num_class',
  'num_tree_per_iteration',
  'max_feature_idx',
  'objective',
  'feature_names',
];

/** What a LightGBM model in text says. */
export interface LightgbmDocument {
  readonly trees: number;
  readonly problems: readonly FormatProblem[];
}

/**
 * Walks a LightGBM model (src/boosting/gbdt_model_text.cpp): header, trees, `end of trees`, importances, parameters,
 * and the JSON of pandas categories. Never throws for bad bytes.
 */
export async function readLightgbm(source: ByteSource): Promise<LightgbmDocument> {
  const log = new ProblemLog();
  const walk = new LightgbmWalk(log);
  let head = new Uint8Array(0);
  let lineStart = 0;
  for (let start = 0; start < source.size && !log.hasLimit; start += WINDOW_BYTES) {
    const bytes = await source.read(start, Math.min(WINDOW_BYTES, source.size - start));
    for (let from = 0; from < bytes.length; ) {
      const end = bytes.indexOf(LINE_FEED, from);
      const to = end < 0 ? bytes.length : end;
      if (head.length < HEAD_BYTES)
        head = Uint8Array.of(...head, ...bytes.subarray(from, Math.min(to, from + HEAD_BYTES - head.length)));
      if (start + to - lineStart > MAX_LINE_BYTES)
        log.limit('LIGHTGBM_LIMIT', lineStart, 'a line that is too long');
      if (end < 0) break;
      walk.line(new TextDecoder('latin1').decode(head).trimEnd(), lineStart);
      head = new Uint8Array(0);
      from = end + 1;
      lineStart = start + from;
    }
  }
  walk.line(new TextDecoder('latin1').decode(head).trimEnd(), lineStart);
  walk.finish(source.size);
  return { trees: walk.trees, problems: log.problems };
}

class LightgbmWalk {
  trees = 0;
  readonly #log: ProblemLog;
  readonly #keys = new Set<string>();
  #lines = 0;
  #hasEnd = false;

  constructor(log: ProblemLog) {
    this.#log = log;
  }

  line(text: string, offset: number): void {
    if (++this.#lines > MAX_LINES) this.#log.limit('LIGHTGBM_LIMIT', offset, 'too many lines');
    if (this.#lines === 1 && text !== 'tree')
      this.#log.error('LIGHTGBM_INVALID', offset, 'does not begin with tree');
    if (/[\0-\x08\x0e-\x1f]/.test(text))
      this.#log.error('LIGHTGBM_INVALID', offset, 'control characters in a line');
    if (text === 'end of trees') this.#hasEnd = true;
    if (this.#hasEnd) return;
    const key = /^(\w+)=/.exec(text)?.[1];
    if (key === 'Tree') this.#tree(text, offset);
    else if (key !== undefined && this.trees === 0) this.#keys.add(key);
    else if (key === undefined && text !== '' && text !== 'tree' && text !== 'average_output') {
      this.#log.error('LIGHTGBM_INVALID', offset, 'a line that is no key with a value');
    }
  }

  finish(size: number): void {
    const missing = HEADER_KEYS.filter((key) => !this.#keys.has(key) && key !== 'objective');
    if (missing.length > 0) this.#log.error('LIGHTGBM_INVALID', 0, `the header has no ${missing.join(', ')}`);
    if (!this.#hasEnd && !this.#log.hasLimit) this.#log.error('LIGHTGBM_TRUNCATED', size, 'no end of trees');
  }

  #tree(text: string, offset: number): void {
    if (text !== `Tree=${this.trees}`) this.#log.error('LIGHTGBM_INVALID', offset, 'a tree out of order');
    this.trees++;
  }
}
