import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { scanSource } from '../../src/scan/index.ts';
import { buildTar } from '../../test/kit/tar-builder.ts';
import { buildZip } from '../../test/kit/zip-builder.ts';
import { changed } from '../changed.ts';
import type { Fuzzer } from '../fuzzer.ts';
import { loadFuzzer } from '../load-fuzzers.ts';
import { ordinaryPickles } from '../pickle-code.ts';
import { watchedSource } from '../watched-source.ts';

const FORMATS = [
  'pickle',
  'zip',
  'tar',
  'gguf',
  'safetensors',
  'onnx',
  'tensorflow',
  'tflite',
  'hdf5',
  'numpy',
];
const TEXTS = ['jinja', 'json', 'xml', 'trees', 'ubjson', 'gzip', 'xz', 'zstd', 'lz4', 'bzip2'];
const readers = await Promise.all(
  [...FORMATS, ...TEXTS].map((name) => loadFuzzer(import.meta.dirname, name)),
);
const any = fc.oneof(...readers.map(({ files }) => files), changed(fc.constantFrom(...ordinaryPickles)));

const NAMES = [
  '',
  'data.pkl',
  'config.json',
  'model.keras',
  'tokenizer_config.json',
  'm.onnx',
  'schema.json',
] as const;
const name = fc.constantFrom(
  ...NAMES,
  'm.h5',
  'm.pb',
  'README.md',
  'byteorder',
  'version',
  'm/data.pkl',
  'x.npy',
);

/** Files in files: what one reader opens, another one reads. */
const nested = fc.oneof(
  fc
    .array(fc.tuple(name, any, fc.boolean()), { maxLength: 4 })
    .map((members) =>
      buildZip({ members: members.map(([key, content, deflate]) => ({ name: key, content, deflate })) }),
    ),
  fc
    .array(fc.tuple(name, any), { maxLength: 4 })
    .map((members) => buildTar(members.map(([key, content]) => ({ name: key, content })))),
  any.map((content) => new Uint8Array(gzipSync(content))),
);

/** The first byte names the file, so that a file that is found says everything. */
const files = fc
  .tuple(fc.nat(NAMES.length - 1), fc.oneof(any, nested, changed(nested)))
  .map(([index, file]) => Uint8Array.from([index, ...file]));

export const fuzzer: Fuzzer = {
  files,
  maxAllocationBytes: 1 << 27,
  async read(named) {
    const file = named.subarray(1);
    const report = await scanSource(watchedSource(file), {
      name: NAMES[(named[0] ?? 0) % NAMES.length] ?? '',
      limits: { maxOperations: 1_000_000, maxMs: 60_000 },
    });
    assert.notEqual(report.status, 'error', report.reasons.join());
    if (report.status !== 'complete') assert.notEqual(report.verdict, 'clean');
    for (const { message, evidence = '' } of report.findings)
      assert.match(message + evidence, /^[\x20-\x7e]*$/);
  },
};
