import type { Corpus, CorpusCase } from '../../test/scan/corpus/corpus-case.ts';
import type { Answer, Answers } from './peers.ts';

/** How one group of files was answered. */
export type Tally = Record<Answer | 'files', number>;

/** What a scanner did over the whole corpus. */
export interface Score {
  /** By the group of files: benign, and the malicious by where they come from. */
  readonly groups: Readonly<Record<string, Tally>>;
  readonly medianMs: number;
  readonly totalMs: number;
}

/** Groups of malicious files, by the beginning of their ids; the first that fits. */
const GROUPS: readonly (readonly [string, RegExp])[] = [
  ['imports', /^(?:gadget|python2|dotted|submodule|odd-module)-/],
  [
    'pickle machine',
    /^(?:operands|memo|streams|broken|call|extension|buffer|modules|shadow|setitem|rebuild|functools|function|frame|proto|length|amplify|lines|dill|cloudpickle)-/,
  ],
  ['nested payloads', /^nested-/],
  [
    'names and containers',
    /^(?:plain|named|tiny|compressed|gzip|tar|torch|npy|npz|joblib|polyglot|opaque|zip)/,
  ],
  ['safetensors, GGUF, templates', /^(?:safetensors|gguf|tokenizer|jinja)-/],
  ['ONNX, TensorFlow, TFLite', /^(?:onnx|tf|tflite)-/],
  ['Keras, HDF5', /^(?:keras|h5)-/],
];
const OTHER = 'settings, markup, programs';

/** The group of a file. */
function groupOf({ id, expected }: CorpusCase): string {
  if (expected === 'clean') return 'benign';
  return GROUPS.find(([, pattern]) => pattern.test(id))?.[0] ?? OTHER;
}

/** Every group, in the order in which tables name them. */
export const GROUP_NAMES: readonly string[] = [...GROUPS.map(([name]) => name), OTHER, 'benign'];

/** Counts what a scanner answered, group by group. */
export function scoreOf({ cases }: Corpus, answers: Answers): Score {
  const groups: Record<string, Tally> = {};
  const times: number[] = [];
  for (const one of cases) {
    const [said, ms] = answers[one.id] ?? ['error', 0];
    const group = (groups[groupOf(one)] ??= emptyTally());
    group.files++;
    group[said]++;
    times.push(ms);
  }
  times.sort((a, b) => a - b);
  const totalMs = Math.round(times.reduce((sum, ms) => sum + ms, 0));
  return { groups, medianMs: times[Math.floor(times.length / 2)] ?? 0, totalMs };
}

function emptyTally(): Tally {
  return { files: 0, flagged: 0, noted: 0, passed: 0, skipped: 0, error: 0, timeout: 0 };
}
