import { sliceSource } from '../../bytes/index.ts';
import { readNpy } from '../../formats/index.ts';
import type { Check } from '../check.ts';
import { reportFormatProblems } from './format-problems.ts';
import { findNextStream } from './pickle/index.ts';

/** A name of the reader is a rule's; whatever has none, of notices too, is this. */
const PROBLEM_RULES = { error: 'NUMPY_MALFORMED', notice: 'NUMPY_MALFORMED', codes: 'own-names' } as const;

/** NumPy's array files: the header as a literal, the size of the data, and the pickle inside arrays of objects. */
export const npyCheck: Check = {
  name: 'numpy',
  formats: ['npy'],
  async run(target, context) {
    const { source } = target;
    const { content, data, problems } = await readNpy(source);
    reportFormatProblems(problems, PROBLEM_RULES, { target, context });
    if (content === 'pickle') {
      context.report(
        { rule: 'NUMPY_OBJECT_ARRAY', offset: data.start, message: 'it loads only by unpickling' },
        target,
      );
      await context.nested(target, { source: sliceSource(source, data), name: 'array.pkl' });
      return;
    }
    // A header that nobody reads may be followed by anything; so may an array that ends before its file.
    const rest =
      content === undefined
        ? await findNextStream(source, { start: 0, end: source.size }, context.budget)
        : data.end;
    if (rest === undefined || rest >= source.size) return;
    await context.nested(target, {
      source: sliceSource(source, { start: rest, end: source.size }),
      name: `bytes behind ${rest}`,
      expected: 'data',
    });
  },
};
