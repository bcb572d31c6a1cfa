import type { Check } from '../../check.ts';
import { readStreams, type StreamsEnd } from './read-streams.ts';
import { reportStream } from './report-stream.ts';
import { isTorchLegacyFile } from './torch-magic.ts';

/** The protocol number of PyTorch's older form, its second pickle. */
const TORCH_PROTOCOL = 1001;
/** Members of archives whose classes are TorchScript's. */
const TORCHSCRIPT_MEMBER = /(?:^|\/)(?:data\.pkl|constants\.pkl|.*\.debug_pkl)$/;
/** Padding behind a pickle that carries nothing. */
const MAX_PADDING = 4096;

/** Pickles: every stream of the file, what each would import, call and change, and what hides in it. */
export const pickleCheck: Check = {
  name: 'pickle',
  formats: ['pickle'],
  async run(target, context) {
    const { source } = target;
    // Its raw storages are no pickles; another check knows where they are.
    if (isTorchLegacyFile(new Uint8Array(await source.read(0, 64)))) return;
    const isTorchScript = target.place.length > 0 && TORCHSCRIPT_MEMBER.test(target.place.at(-1) ?? '');
    const streams = readStreams(source, context.budget);
    let isMagicCalled = false;
    let count = 0;
    let end: StreamsEnd;
    for (;;) {
      const next = await streams.next();
      if (next.done === true) {
        end = next.value;
        break;
      }
      const { stream, gap } = next.value;
      const verdict = await reportStream(next.value, { target, context }, { isTorchScript });
      if (count === 0) isMagicCalled = verdict.runsCode;
      const { value } = stream;
      if (count === 1 && isMagicCalled && value?.kind === 'int' && value.value === TORCH_PROTOCOL)
        context.report(
          { rule: 'TORCH_MAGIC_BYPASS', offset: 0, message: 'the magic number is the outcome of a call' },
          target,
        );
      if (gap > 0) {
        const message = `a pickle behind ${gap} bytes that are none`;
        context.report({ rule: 'PICKLE_HIDDEN_STREAM', offset: stream.start, message }, target);
      } else if (count === 1)
        context.report(
          { rule: 'PICKLE_SEVERAL_STREAMS', offset: stream.start, message: 'a second pickle follows' },
          target,
        );
      count++;
    }
    if (end.isCut) context.inconclusive('more pickles in a row than are followed');
    const rest = source.size - end.offset;
    if (rest > 0 && !(await isPadding(target.source, end.offset)))
      context.report(
        { rule: 'PICKLE_TRAILING_DATA', offset: end.offset, message: `${rest} bytes behind the last pickle` },
        target,
      );
  },
};

async function isPadding(source: Parameters<Check['run']>[0]['source'], offset: number): Promise<boolean> {
  if (source.size - offset > MAX_PADDING) return false;
  const rest = await source.read(offset, MAX_PADDING);
  return rest.every((byte) => byte === 0 || byte === 0x0a || byte === 0x0d);
}
