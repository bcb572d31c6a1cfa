import { StrongroomError } from '../errors/index.ts';

const MAX_REASON_CHARS = 1000;

/** Throws `INPUT_INVALID` for a reason that nobody could read later. */
export function assertReason(text: string): void {
  const isReadable = text.isWellFormed() && !/[^\P{Cc}\t\n]/u.test(text);
  if (isReadable && text.trim() !== '' && text.length <= MAX_REASON_CHARS) return;
  throw new StrongroomError('INPUT_INVALID', `a reason has 1 to ${MAX_REASON_CHARS} printable characters`);
}
