// Every public name is listed in docs/reference/exports.md, so that a change of the face shows in review.
// `npm run docs` writes the list anew.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { pathToFileURL } from 'node:url';
import { formatExports } from '../../tools/generate-docs.ts';
import { publicNames } from '../../tools/public-names.ts';

const ROOT = join(import.meta.dirname, '../..');

test('the exported names of every subpath are the listed ones', () => {
  const listed = readFileSync(join(ROOT, 'docs/reference/exports.md'), 'utf8');
  assert.equal(formatExports(publicNames(ROOT)), listed, 'a public name changed: npm run docs, then review');
});

for (const { subpath, source, values } of publicNames(ROOT)) {
  test(`${subpath} gives at run time exactly the values that it names`, async () => {
    const module = (await import(pathToFileURL(join(ROOT, source)).href)) as object;
    assert.deepEqual(Object.keys(module).sort(), [...values].sort());
  });
}
