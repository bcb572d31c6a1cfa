import fc from 'fast-check';
import { readJson } from '../../src/formats/index.ts';
import { scanJson } from '../../src/formats/json/scan-json.ts';
import { changedText, hostileName } from '../changed.ts';
import type { Fuzzer } from '../fuzzer.ts';
import { assertProblems, watchedSource } from '../watched-source.ts';

const { value } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 6 },
    fc.constantFrom(
      'null',
      'true',
      '1',
      '-0',
      '1e999',
      '0x1',
      '1E+5',
      '.5',
      'NaN',
      '""',
      '"\\ud800"',
      "'a'",
      '',
    ),
    fc.constantFrom('"\\u00zz"', '"\t"', '// x\n1', '9'.repeat(500), '"a', '\ufeff1', '"__proto__"'),
    hostileName.map((text) => JSON.stringify(text)),
    fc.array(tie('value'), { maxLength: 5 }).map((values) => `[${values.join(',')}]`),
    fc
      .array(fc.tuple(hostileName, tie('value')), { maxLength: 5 })
      .map((members) => `{${members.map(([key, item]) => `${JSON.stringify(key)}: ${item}`).join(', ')}}`),
  ),
}));
const deep = fc
  .tuple(fc.constantFrom('[', '{"a":', '[[', '[{"":'), fc.nat(5000))
  .map(([piece, count]) => piece.repeat(count));

export const fuzzer: Fuzzer = {
  files: changedText(fc.oneof(value, deep)),
  async read(file) {
    const { problems } = await readJson(watchedSource(file));
    assertProblems(problems, { size: file.length });
    assertProblems((await scanJson(watchedSource(file), {})).problems, { size: file.length });
  },
};
