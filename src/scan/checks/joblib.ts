import { DECODERS } from '../../formats/index.ts';
import type { Check } from '../check.ts';
import { openInnerSource } from '../inner-source.ts';

/** `ZF`, then the length in hexadecimal and blanks, 19 characters (joblib's `numpy_pickle_compat.py`); Python 2 one more. */
const HEADER_BYTES = [21, 22] as const;
const ZLIB = 0x78;

/** joblib's oldest compressed form, before 0.10: a header of its own and a zlib stream. */
export const joblibZfileCheck: Check = {
  name: 'joblib',
  formats: ['joblib-zfile'],
  async run(target, context) {
    const head = await target.source.read(0, 24);
    const start = HEADER_BYTES.find((at) => head[at] === ZLIB);
    if (start === undefined) {
      context.report({ rule: 'JOBLIB_MALFORMED', message: 'no compressed data behind the header' }, target);
      context.unknown('a joblib file that cannot be read');
      return;
    }
    const note = (problem: {
      readonly severity: string;
      readonly offset: number;
      readonly message: string;
    }): void => {
      context.report({ rule: 'JOBLIB_MALFORMED', offset: problem.offset, message: problem.message }, target);
      if (problem.severity === 'limit') context.inconclusive(problem.message);
    };
    const open = (): AsyncGenerator<Uint8Array, unknown> =>
      DECODERS.zlib({ source: target.source, start, note });
    const source = await openInnerSource(open, context);
    await context.nested(target, { source, name: 'content' });
  },
};
