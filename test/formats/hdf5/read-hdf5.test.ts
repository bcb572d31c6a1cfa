import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { concatBytes, memorySource } from '../../../src/bytes/index.ts';
import { readHdf5 } from '../../../src/formats/index.ts';
import { u32, u64 } from '../build/gguf.ts';
import {
  type BuiltMessage,
  externalLink,
  hardLink,
  hdf5File,
  objectHeader,
  textAttribute,
  u16,
} from '../build/hdf5.ts';
import { symbolTableFile } from '../build/hdf5-old.ts';
import { mutate, mutations } from '../build/mutations.ts';

const read = (file: Uint8Array) =>
  readHdf5(memorySource(file), { attributes: ['model_config'], limits: { maxSteps: 100_000 } });

test('reads a new file: its attribute, and no problem', async () => {
  const document = await read(
    hdf5File([textAttribute('other', 'x'), textAttribute('model_config', '{"a":1}')]),
  );
  assert.deepEqual(document.problems, []);
  assert.deepEqual(
    document.attributes.map(({ text, object }) => [object, text]),
    [['', '{"a":1}']],
  );
});

test('reads an old file: symbol tables, local and global heaps', async () => {
  const document = await read(symbolTableFile());
  assert.deepEqual(document.problems, []);
  assert.deepEqual(
    document.attributes.map(({ text }) => text),
    ['{}'],
  );
  assert.equal(document.objectCount, 2);
});

test('CVE-2026-1669: finds external links, external data and virtual datasets', async () => {
  const efl: BuiltMessage = [
    0x07,
    concatBytes(Uint8Array.of(1, 0, 0, 0), u16(1), u16(1), u64(0), u64(0), u64(0), u64(1)),
  ];
  const virtual: BuiltMessage = [0x08, concatBytes(Uint8Array.of(4, 3), u64(0), u32(0))];
  const plugin: BuiltMessage = [
    0x0b,
    concatBytes(Uint8Array.of(2, 2), u16(1), u16(0), u16(0), u16(32015), u16(0), u16(0), u16(0)),
  ];
  const document = await read(hdf5File([externalLink('x', '/etc/passwd.h5'), efl, virtual, plugin]));
  assert.deepEqual(
    document.references.map(({ kind, names }) => [kind, names]),
    [
      ['external-link', '/etc/passwd.h5'],
      ['external-data', ''],
      ['virtual-dataset', ''],
      ['plugin-filter', '32015'],
    ],
  );
});

test('follows links to objects, and not in circles', async () => {
  const inner = objectHeader([externalLink('deep', 'f'), hardLink('back', 48)]);
  const link = hardLink('inner', 48);
  const size = hdf5File([link]).length;
  const file = concatBytes(hdf5File([hardLink('inner', size)]), inner);
  const document = await read(file);
  assert.equal(document.objectCount, 2);
  assert.deepEqual(
    document.references.map(({ object }) => object),
    ['/inner/deep'],
  );
});

test('sees what stands in front of the file, and behind it', async () => {
  const document = await read(
    concatBytes(hdf5File([textAttribute('model_config', '{}')], 1024), new Uint8Array(7)),
  );
  assert.equal(document.userBlockBytes, 1024);
  assert.deepEqual(
    document.problems.map(({ code }) => code),
    ['HDF5_TRAILING'],
  );
  assert.equal(document.attributes.length, 1);
});

test('what it cannot follow is a limit, what is broken an error', async () => {
  const good = hdf5File([textAttribute('model_config', '{}')]);
  const changed = (at: number, value: number) => {
    const file = good.slice();
    file[at] = value;
    return file;
  };
  const severities = async (file: Uint8Array) => (await read(file)).problems.map(({ severity }) => severity);
  assert.deepEqual(await severities(changed(8, 9)), ['limit']);
  assert.deepEqual(await severities(changed(9, 2)), ['limit']);
  assert.deepEqual(await severities(changed(0, 0)), ['error']);
  assert.deepEqual(await severities(changed(36, 1)), ['error']);
  assert.deepEqual(await severities(good.subarray(0, 60)), ['error', 'error']);
  assert.deepEqual(await severities(hdf5File([[0x06, Uint8Array.of(9, 9, 9)]])), ['limit']);
});

test('changed files of both kinds never throw, and end within their limit', async () => {
  const files = [
    symbolTableFile(),
    hdf5File([externalLink('x', 'y'), textAttribute('model_config', '{}'), hardLink('z', 48)]),
  ];
  const property = fc.asyncProperty(fc.constantFrom(...files), mutations, async (file, changes) => {
    await read(mutate(file, changes));
  });
  await fc.assert(property, { numRuns: 1500 });
});
