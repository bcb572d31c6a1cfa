// Writes vectors/signing anew, with fresh keys: `node test/signing/make-vectors.ts`, then `npm run format`. Only needed
// when the format changes; what is written down shows that old signatures stay good and old attacks stay refused.
import { mkdirSync, writeFileSync } from 'node:fs';
import { acceptCases, rejectCases } from './vector-cases.ts';

const FOLDER = new URL('../../vectors/signing/', import.meta.url);

mkdirSync(FOLDER, { recursive: true });
for (const [name, cases] of [
  ['accept.json', acceptCases()],
  ['reject.json', rejectCases()],
] as const) {
  writeFileSync(new URL(name, FOLDER), `${JSON.stringify(cases, null, 1)}\n`);
}
