import assert from 'node:assert/strict';
import test from 'node:test';
import { findBreaches } from '../tools/import-breaches.ts';
import { readSources } from '../tools/source-modules.ts';

const ROOT = new URL('..', import.meta.url).pathname;

/** The breaches of a made-up tree. */
function breachesOf(files: Readonly<Record<string, string>>): string[] {
  return findBreaches(new Map(Object.entries(files)));
}

test('the sources keep the import law', () => {
  assert.deepEqual(findBreaches(readSources(ROOT, 'src')), []);
});

const REFUSED: readonly { what: string; files: Record<string, string>; says: RegExp }[] = [
  {
    what: 'an import upward',
    files: { 'src/crypto/a.ts': "import { x } from '../container/index.ts';", 'src/container/index.ts': '' },
    says: /rank 1\) imports src\/container/,
  },
  {
    what: 'an import sideways',
    files: { 'src/keyring/a.ts': "import { x } from '../registry/index.ts';", 'src/registry/index.ts': '' },
    says: /rank 3\) imports/,
  },
  {
    what: 'an upward import of a type alone',
    files: { 'src/api/a.ts': "import type { X } from '../vault/index.ts';", 'src/vault/index.ts': '' },
    says: /rank 1\) imports/,
  },
  {
    what: 'an upward import inside a type expression',
    files: { 'src/api/a.ts': "export type X = import('../vault/index.ts').Y;", 'src/vault/index.ts': '' },
    says: /rank 1\) imports/,
  },
  {
    what: 'a re-export from above',
    files: { 'src/api/a.ts': "export { x } from '../vault/index.ts';", 'src/vault/index.ts': '' },
    says: /rank 1\) imports/,
  },
  {
    what: 'a folder entered by the window',
    files: { 'src/vault/a.ts': "import { x } from '../bytes/secret.ts';", 'src/bytes/secret.ts': '' },
    says: /enters bytes by src\/bytes\/secret\.ts/,
  },
  {
    what: 'a face that sees more than the API',
    files: { 'src/http/a.ts': "import { x } from '../keyring/index.ts';", 'src/keyring/index.ts': '' },
    says: /imports src\/keyring/,
  },
  {
    what: 'a folder without a rank',
    files: { 'src/extras/a.ts': '' },
    says: /no rank/,
  },
  {
    what: 'an import from outside src',
    files: { 'src/vault/a.ts': "import { x } from '../../tools/build.ts';" },
    says: /outside src/,
  },
  {
    what: 'a cycle between files of one folder',
    files: {
      'src/vault/a.ts': "import { b } from './b.ts';",
      'src/vault/b.ts': "import type { A } from './a.ts';",
    },
    says: /cycle: vault\/a\.ts → vault\/b\.ts → vault\/a\.ts/,
  },
  {
    what: 'node:crypto outside its door',
    files: { 'src/vault/a.ts': "import { randomBytes } from 'node:crypto';" },
    says: /imports node:crypto/,
  },
  {
    what: 'a built-in module under its short name',
    files: { 'src/vault/a.ts': "import { readFile } from 'fs/promises';" },
    says: /imports fs\/promises/,
  },
  {
    what: 'a dynamic import of the disk',
    files: { 'src/vault/a.ts': "const fs = await import('node:fs');" },
    says: /imports node:fs/,
  },
  {
    what: 'node:vm anywhere',
    files: { 'src/runtime/a.ts': "import vm from 'node:vm';" },
    says: /imports node:vm/,
  },
  {
    what: 'process in the composition root',
    files: { 'src/open/index.ts': 'export const home = process.env.HOME;' },
    says: /names process/,
  },
  {
    what: 'process by way of globalThis',
    files: { 'src/vault/a.ts': 'export const home = globalThis.process.env;' },
    says: /names process/,
  },
  {
    what: 'process behind a declaration',
    files: { 'src/vault/a.ts': 'declare const process: { env: object }; export const env = process.env;' },
    says: /names process/,
  },
  {
    what: 'eval and the Function constructor',
    files: { 'src/formats/a.ts': 'export const f = new Function("return 1");' },
    says: /names Function/,
  },
  {
    what: 'a driver named outside the composition root',
    files: {
      'src/vault/a.ts': "import { FsBlobStore } from '../storage/index.ts';",
      'src/storage/index.ts': "export { FsBlobStore } from './drivers/fs-blob-store.ts';",
      'src/storage/drivers/fs-blob-store.ts': '',
    },
    says: /names the driver FsBlobStore/,
  },
  {
    what: 'a port that knows a driver',
    files: {
      'src/storage/blob-store.ts': "import type { X } from './drivers/fs-blob-store.ts';",
      'src/storage/drivers/fs-blob-store.ts': '',
    },
    says: /names a driver/,
  },
  { what: 'a drawer', files: { 'src/vault/string-utils.ts': '' }, says: /drawer/ },
  { what: 'a file name in another case', files: { 'src/vault/putVersion.ts': '' }, says: /kebab-case/ },
];

for (const { what, files, says } of REFUSED) {
  test(`the import law refuses ${what}`, () => {
    const breaches = breachesOf(files);
    assert.ok(
      breaches.some((breach) => says.test(breach)),
      JSON.stringify(breaches),
    );
  });
}

test('the import law allows the way down, a driver in open, and own things named like powers', () => {
  assert.deepEqual(
    breachesOf({
      'src/open/index.ts': "import { FsBlobStore } from '../storage/index.ts';",
      'src/storage/index.ts': "export { FsBlobStore } from './drivers/fs-blob-store.ts';",
      'src/storage/drivers/fs-blob-store.ts': "import { open } from 'node:fs/promises';",
      'src/vault/a.ts':
        "import { equalBytes } from '../crypto/index.ts'; export const row = { process: 1 }; row.process; function fetch() {} fetch();",
      'src/crypto/index.ts': "import { timingSafeEqual } from 'node:crypto';",
    }),
    [],
  );
});
