import fc from 'fast-check';
import { isShardIndex, parseShardIndex, readJson, readSafetensors } from '../../src/formats/index.ts';
import { safetensorsFile } from '../../test/formats/build/safetensors.ts';
import { changed, hostileName, hostileNumber } from '../changed.ts';
import type { Fuzzer } from '../fuzzer.ts';
import { assertProblems, watchedSource } from '../watched-source.ts';

/** Numbers are spelled as they are, beyond what JavaScript's would keep. */
const number = fc.oneof(
  hostileNumber.map(String),
  fc.constantFrom('-1', '1e3', '1.5', '"8"', 'null', '00', '9'.repeat(400)),
);
const list = fc.array(number, { maxLength: 5 }).map((numbers) => `[${numbers.join(',')}]`);
const entry = fc
  .record({
    dtype: fc.constantFrom('F32', 'BF16', 'I64', 'BOOL', 'F8_E4M3', 'F4', 'X9', ''),
    shape: list,
    offsets: fc.oneof(
      list,
      fc.tuple(fc.nat(64), fc.nat(64)).map(([start, end]) => `[${start},${end}]`),
    ),
    more: fc.constantFrom('', ',"more":{}', ',"dtype":"F32"'),
  })
  .map(
    ({ dtype, shape, offsets, more }) =>
      `{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}${more}}`,
  );
const metadata = fc.constantFrom('{"format":"pt"}', '{"a":1}', '[]', '{"a":"<script>"}');
const member = fc.oneof(
  fc.tuple(hostileName, entry).map(([name, value]) => `${JSON.stringify(name)}:${value}`),
  metadata.map((value) => `"__metadata__":${value}`),
);
const header = fc.array(member, { maxLength: 6 }).map((members) => `{${members.join(',')}}`);
const index = fc
  .array(fc.tuple(hostileName, hostileName), { maxLength: 8 })
  .map((weights) => Object.fromEntries(weights))
  .map((weight_map) => new Uint8Array(Buffer.from(JSON.stringify({ weight_map }))));

export const fuzzer: Fuzzer = {
  files: fc.oneof(
    changed(fc.tuple(header, fc.nat(64)).map(([text, data]) => safetensorsFile(text, data))),
    changed(index),
  ),
  async read(file) {
    const { problems } = await readSafetensors(watchedSource(file));
    assertProblems(problems, { size: file.length });
    const { value } = await readJson(watchedSource(file));
    if (!isShardIndex(value)) return;
    const shardIndex = parseShardIndex(value);
    assertProblems(shardIndex.problems, { size: file.length });
  },
};
