import type { Check } from '../check.ts';
import { textParts } from '../read-text.ts';
import { reportSecrets } from '../secrets/report-secrets.ts';

/** Keys, tokens and passwords in text of every kind; never in numbers, which look like anything. */
export const secretsCheck: Check = {
  name: 'secrets',
  formats: ['text'],
  async run(target, context) {
    for await (const part of textParts(target, context)) reportSecrets(part, target, context);
  },
};
