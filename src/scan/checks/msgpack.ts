import { sliceSource } from '../../bytes/index.ts';
import { readMsgpack } from '../../formats/index.ts';
import type { Check } from '../check.ts';
import { reportFormatProblems } from './format-problems.ts';

const VALUES_PER_OPERATION = 4;

/**
 * Looks at MessagePack, as Flax and others write weights: it has no magic number, so that only its name tells it. The
 * format itself runs nothing; what stands in its binary values is looked at as what it is.
 */
export const msgpackCheck: Check = {
  name: 'msgpack',
  formats: ['msgpack'],
  async run(target, context) {
    const { values, blobs, extensions, problems } = await readMsgpack(target.source);
    context.budget.spendOperations(Math.ceil(values / VALUES_PER_OPERATION));
    reportFormatProblems(problems, { error: 'MSGPACK_MALFORMED' }, { target, context });
    if (problems.length > 0) context.unknown('MessagePack that cannot be read to its end');
    for (const type of extensions) {
      const message = `an extension of type ${type}, which only its own loader reads`;
      context.report({ rule: 'MSGPACK_EXTENSION', message }, target);
      context.unknown(message);
    }
    context.budget.spendMembers(blobs.length);
    for (const [index, range] of blobs.entries()) {
      const source = sliceSource(target.source, range);
      await context.nested(target, { source, name: `value ${index}`, expected: 'data' });
    }
  },
};
