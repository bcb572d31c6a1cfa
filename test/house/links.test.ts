import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'node:test';

const ROOT = join(import.meta.dirname, '../..');
const LINK = /\]\(([^)#\s]+)(?:#[^)\s]*)?\)/g;

test('every relative link in the documentation leads to a file', () => {
  const pages = globSync('{*.md,docs/**/*.md,examples/**/*.md}', { cwd: ROOT });
  const broken = pages.flatMap((page) =>
    [...readFileSync(join(ROOT, page), 'utf8').matchAll(LINK)]
      .map((match) => match[1] ?? '')
      .filter((target) => !/^[a-z]+:/.test(target) && !existsSync(join(ROOT, dirname(page), target)))
      .map((target) => `${page} → ${target}`),
  );
  assert.deepEqual(broken, []);
});

test('every test that docs/coverage.md names is there', () => {
  const page = readFileSync(join(ROOT, 'docs/coverage.md'), 'utf8');
  const named = [...page.matchAll(/`(test\/[^`]+)`/g)].map((match) => match[1] ?? '');
  assert.deepEqual(
    [...new Set(named)].filter((path) => !existsSync(join(ROOT, path))),
    [],
  );
});
