import { type PickleEffect, type PickleStream, readPickleBytes } from '../../formats/index.ts';
import type { Detector } from './detector.ts';

/** Operations that are followed to tell a pickle from text and numbers. */
const MAX_OPERATIONS = 5000;
/** The number that the older files of PyTorch begin with, as the first pickle of several (`torch/serialization.py`). */
const TORCH_MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTO = 0x80;
const MAX_PROTOCOL = 5;
/** First bytes of pickles without PROTO that could do anything: marks, containers, globals, numbers, strings. */
const FIRST_OPCODES: ReadonlySet<number> = new Set(
  Array.from('(]})cI LJKMSTUVXNGFB\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x90\x95\x96.', (char) =>
    char.charCodeAt(0),
  ),
);

/** Pickles of every protocol, whole or broken behind something that would have been executed. */
export const pickleDetector: Detector = {
  name: 'pickle',
  detect({ head }) {
    const hasProto = head[0] === PROTO && (head[1] ?? 0xff) <= MAX_PROTOCOL;
    if (!hasProto && !FIRST_OPCODES.has(head[0] ?? -1)) return [];
    const stream = readHead(head);
    if (!hasProto && !isMeant(stream, head.length)) return [];
    return isTorchMagic(stream) ? ['pickle', 'pytorch-legacy'] : ['pickle'];
  },
};

/** Whether these bytes are a pickle even though what they are in says that they are numbers. */
export function isPickleForSure(head: Uint8Array): boolean {
  return isMeant(readHead(head), head.length);
}

function readHead(head: Uint8Array): PickleStream {
  return readPickleBytes(head, { limits: { maxOperations: MAX_OPERATIONS, maxFindings: 20 } });
}

/** What noise does as well. */
const CHANCE: ReadonlySet<PickleEffect['kind']> = new Set(['import', 'extension']);

/** Whether bytes are a pickle rather than text or numbers that happen to begin like one. */
function isMeant(stream: PickleStream, length: number): boolean {
  const failsAt =
    stream.findings.find(({ severity }) => severity === 'error')?.offset ?? Number.POSITIVE_INFINITY;
  // Two lines of a word list read like an import, and noise has extension codes and calls of what is no function;
  // that something is done before it breaks, or that it comes to its end, is no chance any more.
  const acts = stream.effects.filter(({ kind }) => !CHANCE.has(kind));
  if (acts.some(({ offset }) => stream.isComplete || offset < failsAt)) return true;
  const reachesLimit = stream.findings.some(({ severity }) => severity === 'limit');
  // Data alone: only when it ends well and takes more than an operation or two.
  if (stream.isComplete) return stream.value !== undefined && stream.operations >= 3 && stream.end <= length;
  return reachesLimit && stream.operations >= MAX_OPERATIONS;
}

/** Whether a pickle is nothing but that number. */
export function isTorchMagic({ value }: PickleStream): boolean {
  return value?.kind === 'int' && BigInt(value.value) === TORCH_MAGIC;
}
