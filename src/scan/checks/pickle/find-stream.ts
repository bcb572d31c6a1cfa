import { type PickleStream, readPickleBytes } from '../../../formats/index.ts';

/** Gaps up to this size are tried at every byte; longer ones only where something tells of a pickle. */
const TRIED_WHOLE = 1 << 16;
/** How many bytes a trial may read, and how many operations it may take. */
const TRIAL_BYTES = 1 << 14;
const TRIAL_LIMITS = {
  maxOperations: 500,
  maxStack: 2000,
  maxMarks: 500,
  maxMemo: 2000,
  maxFindings: 1,
} as const;
/** What a trial costs, in operations: its start, and each of its operations, of which little is ever cached. */
const TRIAL_COST = 20;
const TRIED_OPERATION_COST = 5;

const PROTO = 0x80;
const MAX_PROTOCOL = 5;
/** `c` or `i` and two lines that could be a module and a name; before it a mark and some arguments. */
const TEXT_IMPORT = /[ci][A-Za-z_][\w.]{0,199}\n[A-Za-z_][\w.]{0,199}\n/g;
/** STACK_GLOBAL behind a short text: protocol 4 without PROTO. */
const STACK_IMPORT = /\x8c[\x01-\x7f][A-Za-z_][\w.]{0,126}(?:\x94)?\x93/g;
/** How far before an import its stream may begin. */
const LOOK_BACK = 64;
const NAME = /^[A-Za-z_][\w.]*$/;

/**
 * Where the first pickle begins in bytes that should hold none; `undefined` when there is none. `spend` is told of the
 * operations that it takes, and may end it by throwing: bytes can be made of nothing but beginnings.
 */
export function findStream(bytes: Uint8Array, spend: (operations: number) => void): number | undefined {
  const tried = new Uint8Array(bytes.length);
  for (const at of candidates(bytes)) {
    if (tried[at] === 1) continue;
    tried[at] = 1;
    const trial = bytes.subarray(at, at + TRIAL_BYTES);
    const stream = readPickleBytes(trial, { limits: TRIAL_LIMITS });
    spend(TRIAL_COST + stream.operations * TRIED_OPERATION_COST);
    if (isMeantPickle(stream, trial)) return at;
  }
  return undefined;
}

/**
 * Whether bytes that need not be a pickle are one, and not numbers or text that happen to read like it: it does
 * something with an import that has a name, or it says its protocol and ends.
 */
export function isMeantPickle(stream: PickleStream, bytes: Uint8Array): boolean {
  const acts = stream.effects.some(
    ({ kind, target }) =>
      kind === 'call' &&
      target.callee.kind === 'global' &&
      NAME.test(target.callee.module ?? '') &&
      NAME.test(target.callee.name ?? ''),
  );
  if (acts) return true;
  return bytes[0] === PROTO && stream.isComplete && stream.value !== undefined && stream.operations >= 3;
}

function* candidates(bytes: Uint8Array): Generator<number> {
  const isShort = bytes.length <= TRIED_WHOLE;
  for (let at = bytes.indexOf(PROTO); at !== -1; at = bytes.indexOf(PROTO, at + 1))
    if ((bytes[at + 1] ?? 0xff) <= MAX_PROTOCOL) yield at;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  for (const pattern of [TEXT_IMPORT, STACK_IMPORT]) {
    for (const { index } of text.matchAll(pattern)) {
      yield index;
      for (let back = 1; back <= LOOK_BACK && back <= index; back++) yield index - back;
    }
  }
  if (isShort) for (let at = 0; at < bytes.length; at++) if (bytes[at] !== PROTO) yield at;
}
