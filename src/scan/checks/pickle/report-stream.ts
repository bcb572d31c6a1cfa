import { memorySource } from '../../../bytes/index.ts';
import type { PickleFinding, PickleStream } from '../../../formats/index.ts';
import type { ScanContext, ScanTarget } from '../../check.ts';
import { isAmplified } from './amplification.ts';
import { type JudgeOptions, judgePickle } from './judge-pickle.ts';
import type { PickleVerdict } from './judgement.ts';
import { type NestedScan, scanConstant } from './nested.ts';
import type { FoundStream } from './read-streams.ts';

/** Judges one stream and reports what there is to say of it. */
export async function reportStream(
  found: FoundStream,
  scan: NestedScan,
  options: JudgeOptions = {},
): Promise<PickleVerdict> {
  const { target, context } = scan;
  const { stream, others } = found;
  const verdict = judgePickle(stream, options);
  reportVerdict(verdict, target, context);
  for (const other of others) reportOther(other, { verdict, options, scan });
  reportReading(stream, verdict, scan);
  if (isAmplified(stream))
    context.report(
      { rule: 'PICKLE_AMPLIFIES', offset: stream.start, message: 'it refers to its own parts over and over' },
      target,
    );
  if (found.constantsDropped > 0)
    context.inconclusive(`${found.constantsDropped} strings of a pickle were not looked into`);
  for (const constant of found.constants) {
    if (verdict.torchFiles.has(constant.value)) await scanTorchFile(constant, scan);
    else await scanConstant(constant, scan);
  }
  return verdict;
}

function reportVerdict(verdict: PickleVerdict, target: ScanTarget, context: ScanContext): void {
  for (const judgement of verdict.judgements) context.report(judgement, target);
  if (verdict.dropped > 0) {
    const message = `${verdict.dropped} more imports and calls of this kind`;
    context.report({ rule: 'PICKLE_UNKNOWN_IMPORT', message }, target);
  }
}

/** What another loader would run, up to the point at which it breaks. */
function reportOther(
  stream: PickleStream,
  { verdict, options, scan }: { verdict: PickleVerdict; options: JudgeOptions; scan: NestedScan },
): void {
  const end =
    stream.findings.find(({ severity }) => severity !== 'notice')?.offset ?? Number.POSITIVE_INFINITY;
  const effects = stream.effects.filter(({ offset }) => offset < end);
  const known = new Set(verdict.judgements.map(({ offset, rule }) => `${rule} ${offset}`));
  const { judgements } = judgePickle({ ...stream, effects, value: undefined }, options);
  // Read so, memo entries shift and what was text no longer is; only something else that speaks makes a name of it.
  if (judgements.every(({ rule }) => rule === 'PICKLE_HIDDEN_IMPORT' || rule === 'PICKLE_HIDDEN_CALL'))
    return;
  for (const judgement of judgements) {
    if (!known.has(`${judgement.rule} ${judgement.offset}`)) scan.context.report(judgement, scan.target);
  }
}

/** What is wrong with the stream itself. */
function reportReading(stream: PickleStream, verdict: PickleVerdict, { target, context }: NestedScan): void {
  const limit = stream.findings.find(({ severity }) => severity === 'limit');
  if (limit !== undefined) {
    context.report({ rule: 'SCAN_LIMIT', offset: limit.offset, message: limit.message }, target);
    context.inconclusive(limit.message);
  }
  const error = stream.findings.find(({ severity }) => severity === 'error');
  if (error !== undefined) {
    const rule = verdict.runsCode ? 'PICKLE_BREAKS_AFTER_CODE' : 'PICKLE_BROKEN';
    context.report({ rule, offset: error.offset, message: error.message }, target);
  }
  const odd = stream.findings.find(isOdd);
  if (odd !== undefined)
    context.report({ rule: 'PICKLE_ODD_STREAM', offset: odd.offset, message: odd.message }, target);
}

function isOdd({ severity, code }: PickleFinding): boolean {
  return severity === 'notice' && code !== 'buffer-out-of-band';
}

/** A tensor pickled by itself holds a file of PyTorch's older form. */
async function scanTorchFile(
  constant: FoundStream['constants'][number],
  { target, context }: NestedScan,
): Promise<void> {
  const { value } = constant;
  const bytes =
    value.kind === 'str'
      ? new Uint8Array(Buffer.from(value.text ?? '', 'latin1'))
      : (value.bytes ?? new Uint8Array());
  await context.nested(target, { source: memorySource(bytes), name: `tensor at ${constant.start}` });
}
