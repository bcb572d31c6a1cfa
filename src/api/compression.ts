import { StrongroomError } from '../errors/index.ts';
import type { Compression } from './model.ts';
import { quoteForMessage } from './names.ts';

/** `none`, `auto`, `zstd` or `zstd:LEVEL` with a level of 1 to 19. Throws `INPUT_INVALID`. */
export function parseCompression(text: string): Compression {
  if (text === 'none' || text === 'auto' || text === 'zstd') return { algorithm: text };
  const level = /^zstd:([1-9]|1\d)$/.exec(text)?.[1];
  if (level !== undefined) return { algorithm: 'zstd', level: Number(level) };
  throw new StrongroomError('INPUT_INVALID', `not a compression: ${quoteForMessage(text)}`, {
    hint: 'use none, auto, zstd or zstd:LEVEL with a level of 1 to 19',
  });
}
