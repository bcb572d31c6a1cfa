import { parseJinja } from '../../src/formats/index.ts';
import { changedText } from '../changed.ts';
import type { Fuzzer } from '../fuzzer.ts';
import { jinjaText } from '../jinja-text.ts';
import { assertProblems } from '../watched-source.ts';

export const fuzzer: Fuzzer = {
  files: changedText(jinjaText),
  read(file) {
    const text = Buffer.from(file).toString('utf8');
    const { problems } = parseJinja(text);
    assertProblems(problems, { size: text.length });
    return Promise.resolve();
  },
};
