import type { Check } from '../check.ts';
import { readText } from '../read-text.ts';
import { reportSecrets } from '../secrets/report-secrets.ts';

/** Keys, tokens and passwords in text of every kind; never in numbers, which look like anything. */
export const secretsCheck: Check = {
  name: 'secrets',
  formats: ['text'],
  async run(target, context) {
    for (const { text, start } of await readText(target.source)) {
      context.budget.spendOperations(text.length >> 4);
      reportSecrets(text, target, { context, start });
    }
  },
};
