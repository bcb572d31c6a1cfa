import type { Check, ScanContext, ScanTarget } from '../../check.ts';
import type { PickleVerdict } from './judgement.ts';
import { type FoundStream, readStreams, type StreamsEnd } from './read-streams.ts';
import { isPadding } from './report-rest.ts';
import { reportStream } from './report-stream.ts';
import { isTorchLegacyFile } from './torch-magic.ts';

/** The protocol number of PyTorch's older form, its second pickle. */
const TORCH_PROTOCOL = 1001;
/** Members of archives whose classes may be TorchScript's. */
const TORCHSCRIPT_MEMBER = /(?:^|\/)(?:data\.pkl|constants\.pkl|[^/]*\.debug_pkl)$/;

/** Pickles: every stream of the file, what each would import, call and change, and what hides in it. */
export const pickleCheck: Check = {
  name: 'pickle',
  formats: ['pickle'],
  async run(target, context) {
    // Its raw storages are no pickles; another check knows where they are.
    if (isTorchLegacyFile(new Uint8Array(await target.source.read(0, 64)))) return;
    await new PickleFile(target, context).scan();
  },
};

class PickleFile {
  readonly #target: ScanTarget;
  readonly #context: ScanContext;
  readonly #isTorchScript: boolean;
  #count = 0;
  #first: PickleVerdict | undefined;
  #isWhole = true;

  constructor(target: ScanTarget, context: ScanContext) {
    this.#target = target;
    this.#context = context;
    this.#isTorchScript = target.place.length > 0 && TORCHSCRIPT_MEMBER.test(target.place.at(-1) ?? '');
  }

  async scan(): Promise<void> {
    const streams = readStreams(this.#target.source, this.#context.budget);
    for (;;) {
      const next = await streams.next();
      if (next.done === true) return this.#reportEnd(next.value);
      await this.#stream(next.value);
    }
  }

  async #stream(found: FoundStream): Promise<void> {
    const scan = { target: this.#target, context: this.#context };
    const verdict = await reportStream(found, scan, { isTorchScript: this.#isTorchScript });
    this.#reportPlace(found);
    const { value, isComplete } = found.stream;
    if (this.#count === 0) this.#first = verdict;
    else if (
      this.#count === 1 &&
      this.#first?.runsCode === true &&
      value?.kind === 'int' &&
      value.value === TORCH_PROTOCOL
    )
      this.#report('TORCH_MAGIC_BYPASS', 0, 'the magic number is the outcome of a call');
    this.#isWhole = isComplete;
    this.#count++;
  }

  #reportPlace({ stream, gap }: FoundStream): void {
    if (gap > 0)
      this.#report('PICKLE_HIDDEN_STREAM', stream.start, `a pickle behind ${gap} bytes that are none`);
    else if (this.#count === 1)
      this.#report('PICKLE_SEVERAL_STREAMS', stream.start, 'a second pickle follows');
  }

  async #reportEnd({ offset, isCut }: StreamsEnd): Promise<void> {
    if (isCut) this.#context.inconclusive('more pickles in a row than are followed');
    const rest = this.#target.source.size - offset;
    // Behind a break anything may follow; that it broke was said.
    if (isCut || !this.#isWhole || rest <= 0 || (await isPadding(this.#target.source, offset))) return;
    this.#report('PICKLE_TRAILING_DATA', offset, `${rest} bytes behind the last pickle`);
  }

  #report(
    rule: 'PICKLE_HIDDEN_STREAM' | 'PICKLE_SEVERAL_STREAMS' | 'PICKLE_TRAILING_DATA' | 'TORCH_MAGIC_BYPASS',
    offset: number,
    message: string,
  ): void {
    this.#context.report({ rule, offset, message }, this.#target);
  }
}
