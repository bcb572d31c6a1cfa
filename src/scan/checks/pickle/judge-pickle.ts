import type { PickleEffect, PickleStream, PickleValue } from '../../../formats/index.ts';
import { judgeCall } from './judge-call.ts';
import { judgeChange } from './judge-change.ts';
import { judgeEscapes } from './judge-escapes.ts';
import { judgeImport } from './judge-import.ts';
import { type Judgement, Judgements, type PickleVerdict } from './judgement.ts';
import { Lists } from './lists.ts';
import { isTorchId } from './persistent-id.ts';

/** What the stream belongs to, as far as it changes what is ordinary in it. */
export interface JudgeOptions {
  /** It is part of a TorchScript archive, whose classes are under `__torch__`. */
  readonly isTorchScript?: boolean;
}

/**
 * Holds every import, call and change of a stream against the lists: what is allowed must be used as its library uses
 * it, what is denied is malicious, and everything else is unknown, which is suspicious.
 */
export function judgePickle(
  stream: PickleStream,
  { isTorchScript = false }: JudgeOptions = {},
): PickleVerdict {
  const lists = new Lists(isTorchScript);
  const judgements = new Judgements(stream.findings.find(({ severity }) => severity === 'error')?.offset);
  const changed = new Set<PickleValue>();
  for (const effect of stream.effects) {
    const judgement = judgeEffect(effect, { lists, changed });
    if (judgement !== undefined) judgements.add(judgement);
  }
  for (const judgement of judgeEscapes(stream, lists)) judgements.add(judgement);
  return {
    judgements: judgements.listed,
    dropped: judgements.dropped,
    runsCode: judgements.runsCode,
    torchFiles: lists.torchFiles,
  };
}

interface Context {
  readonly lists: Lists;
  /** Objects whose changes were looked at, all of them at once. */
  readonly changed: Set<PickleValue>;
}

function judgeEffect(effect: PickleEffect, { lists, changed }: Context): Judgement | undefined {
  const { offset, target } = effect;
  switch (effect.kind) {
    case 'import':
      return judgeImport(effect.target, lists);
    case 'call':
      return judgeCall(effect.target, lists);
    case 'build':
    case 'append':
    case 'assign':
    case 'add': {
      if (changed.has(target)) return undefined;
      changed.add(target);
      return judgeChange(target, offset, lists);
    }
    case 'persistent':
      return target.kind === 'persistent' && isTorchId(target.id)
        ? undefined
        : { rule: 'PICKLE_PERSISTENT_ID', offset, message: 'an object that only its loader could give' };
    case 'extension':
      return { rule: 'PICKLE_EXTENSION', offset, message: 'an import that only its loader knows' };
    case 'buffer':
      return { rule: 'PICKLE_OUT_OF_BAND', offset, message: 'a buffer beside the file' };
  }
}
