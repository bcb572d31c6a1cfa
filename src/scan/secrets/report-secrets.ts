import { utf8Bytes } from '../../bytes/index.ts';
import type { ScanContext, ScanTarget } from '../check.ts';
import type { TextPart } from '../read-text.ts';
import { entropyOf, SECRET_PATTERNS } from './secret-patterns.ts';

/** Secrets of one kind that are reported of one text; the rest are no news. */
const MAX_PER_KIND = 20;
/** Words that tell an example from a secret. */
const EXAMPLE = /example|placeholder|dummy|changeme|your[-_]?|xxxx|0{8}|1234567/i;

/** Reports keys, tokens and passwords in a part of a text, masked. Only for text: numbers look like anything. */
export function reportSecrets(
  part: Pick<TextPart, 'text' | 'start' | 'owns'>,
  target: ScanTarget,
  context: ScanContext,
): void {
  const { text, start } = part;
  for (const { rule, what, pattern, minEntropy, isValid } of SECRET_PATTERNS) {
    let count = 0;
    for (const match of text.matchAll(pattern)) {
      const secret = match[1] ?? match[0];
      if (!part.owns(match.index)) continue;
      if (entropyOf(secret) < minEntropy || EXAMPLE.test(secret.slice(0, 100))) continue;
      if (isValid !== undefined && !isValid(secret)) continue;
      const offset = start + utf8Bytes(text.slice(0, match.index)).length;
      context.report({ rule, offset, message: what, evidence: maskSecret(secret) }, target);
      if (++count >= MAX_PER_KIND) break;
    }
  }
}

/** Enough of a secret to find it again, not enough to use it. */
function maskSecret(secret: string): string {
  const [firstLine = ''] = secret.split(/[\r\n]/);
  return `${firstLine.slice(0, Math.min(8, Math.floor(firstLine.length / 3)))}… (${secret.length} characters)`;
}
