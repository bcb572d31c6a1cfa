import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { scanBytes, shown } from './scan-pickle.ts';

/**
 * What the libraries themselves write (named after library, version and object), small and whole. They are data, so
 * each must be called clean; what says otherwise is a false alarm that users would learn to ignore.
 */
const ORDINARY: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(join(import.meta.dirname, 'fixtures/ordinary.json'), 'utf8'),
) as Record<string, string>;

for (const [name, content] of Object.entries(ORDINARY)) {
  test(`clean: ${name}`, async () => {
    const report = await scanBytes(new Uint8Array(Buffer.from(content, 'base64')), '');
    assert.deepEqual(report.verdict, 'clean', shown(report));
  });
}

test('state dictionaries load with weights_only, whole models do not', async () => {
  const profileOf = async (name: string): Promise<string | undefined> =>
    (await scanBytes(new Uint8Array(Buffer.from(ORDINARY[name] ?? '', 'base64')), '')).profiles?.[
      'torch-weights-only'
    ];
  assert.equal(await profileOf('torch 1.12 sd.zip.pt'), 'allowed');
  assert.equal(await profileOf('torch 1.12 t.legacy.pt'), 'allowed');
  assert.equal(await profileOf('torch 1.12 od.zip4.pt'), 'refused');
  assert.equal(await profileOf('torch 1.12 opt.legacy.pt'), 'refused');
  assert.equal(await profileOf('torch 1.12 script.pt'), 'refused');
});
