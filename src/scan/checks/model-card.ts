import type { Check } from '../check.ts';
import { textParts } from '../read-text.ts';

const ACTIVE = /<script\b|<iframe\b|<object\b|<embed\b|javascript:|\bon(?:error|load|click|mouseover)\s*=/gi;
const MAX_FOUND = 10;

/** Model cards and other prose: what would be active where a console shows it. */
export const modelCardCheck: Check = {
  name: 'model-card',
  formats: ['markdown'],
  async run(target, context) {
    for await (const { text, start, owns } of textParts(target, context)) {
      for (const match of [...text.matchAll(ACTIVE)].slice(0, MAX_FOUND)) {
        if (!owns(match.index)) continue;
        const offset = start + match.index;
        context.report(
          { rule: 'CARD_SCRIPT', offset, message: 'active content', evidence: match[0] },
          target,
        );
      }
    }
  },
};
