import { quoteForMessage } from '../api/index.ts';
import { StrongroomError } from '../errors/index.ts';

const UNIT_MS = { h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/**
 * When something ends: `12h`, `30d`, `4w` from now on, a day (`2027-01-31`, its beginning in UTC) or an instant in ISO
 * 8601. Answers in ISO 8601 UTC with milliseconds. Throws `INPUT_INVALID`.
 */
export function parseExpiry(text: string): string {
  const span = /^([1-9]\d{0,3})([hdw])$/.exec(text);
  if (span !== null) {
    const [, count, unit] = span;
    return new Date(Date.now() + Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS]).toISOString();
  }
  const isInstant = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?Z)?$/.test(text);
  const instant = isInstant ? new Date(text) : new Date(Number.NaN);
  if (!Number.isNaN(instant.getTime())) return instant.toISOString();
  throw new StrongroomError('INPUT_INVALID', `not a time: ${quoteForMessage(text)}`, {
    hint: 'write 12h, 30d or 4w from now on, a day as 2027-01-31, or 2027-01-31T12:00:00Z',
  });
}
