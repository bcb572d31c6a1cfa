import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { concatBytes, memorySource, utf8Bytes } from '../../../src/bytes/index.ts';
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
import { mutate, mutations } from '../build/mutations.ts';

const read = (file: Uint8Array) =>
  readHdf5(memorySource(file), { attributes: ['model_config'], limits: { maxSteps: 100_000 } });
const UNDEFINED = new Uint8Array(8).fill(0xff);
const padded = (text: string, length: number): Uint8Array => utf8Bytes(text.padEnd(length, '\0'));

/** A file of superblock 0: a group with a symbol table of one soft and one hard link, an attribute in the global heap. */
function symbolTableFile(): Uint8Array {
  const message = (type: number, body: Uint8Array) =>
    concatBytes(u16(type), u16(body.length), new Uint8Array(4), body);
  const entry = (name: number, address: Uint8Array, [cache, scratch]: readonly [number, number]) =>
    concatBytes(u64(name), address, u32(cache), u32(0), u32(scratch), new Uint8Array(12));
  const attribute = concatBytes(
    Uint8Array.of(1, 0),
    u16(13),
    u16(16),
    u16(8),
    padded('model_config', 16),
    concatBytes(Uint8Array.of(0x19, 1, 0, 0), u32(16), new Uint8Array(8)),
    Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0),
    concatBytes(u32(2), u64(600), u32(1)),
  );
  const messages = concatBytes(
    message(0x11, concatBytes(u64(300), u64(400))),
    message(0x0c, padTo8(attribute)),
  );
  const root = concatBytes(Uint8Array.of(1, 0), u16(2), u32(1), u32(messages.length), u32(0), messages);
  const file = new Uint8Array(800);
  const put = (at: number, ...parts: Uint8Array[]) => {
    file.set(concatBytes(...parts), at);
  };
  put(
    0,
    Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0, 0, 8, 8, 0),
    u16(4),
    u16(16),
    u32(0),
  );
  put(24, u64(0), UNDEFINED, u64(800), UNDEFINED, entry(0, u64(96), [0, 0]));
  put(96, root);
  put(300, utf8Bytes('TREE'), Uint8Array.of(0, 0), u16(1), UNDEFINED, UNDEFINED, u64(0), u64(500), u64(8));
  put(400, utf8Bytes('HEAP'), new Uint8Array(4), u64(32), UNDEFINED, u64(440));
  put(440, padded('', 8), padded('soft', 8), padded('/target', 8), padded('hard', 8));
  put(
    500,
    utf8Bytes('SNOD'),
    Uint8Array.of(1, 0),
    u16(2),
    entry(8, UNDEFINED, [2, 16]),
    entry(24, u64(700), [0, 0]),
  );
  put(
    600,
    utf8Bytes('GCOL'),
    Uint8Array.of(1, 0, 0, 0),
    u64(48),
    u16(1),
    u16(1),
    u32(0),
    u64(2),
    utf8Bytes('{}'),
  );
  put(700, Uint8Array.of(1, 0), u16(0), u32(1), u32(0), u32(0));
  return file;
}

function padTo8(bytes: Uint8Array): Uint8Array {
  return concatBytes(bytes, new Uint8Array((8 - (bytes.length % 8)) % 8));
}

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
