import { type ByteSource, memorySource, utf8Bytes } from '../../../bytes/index.ts';
import { type PickleConstant, readPickleBytes } from '../../../formats/index.ts';
import type { ScanContext, ScanTarget } from '../../check.ts';
import { isPickleForSure } from '../../detectors/index.ts';
import { isCompiledPython, isHiddenProgram } from './compiled-code.ts';
import { decodingsOf } from './decodings.ts';
import { isMeantPickle } from './find-stream.ts';
import { judgePickle } from './judge-pickle.ts';

/** Encodings over one another that are taken off. */
const MAX_LAYERS = 4;
/** How much of a constant is looked at; payloads are small, and what is longer is an array. */
const MAX_LOOKED_AT = 1 << 22;
const LIMITS = { maxOperations: 20_000, maxFindings: 1 } as const;

/** What a look into constants needs. */
export interface NestedScan {
  readonly target: ScanTarget;
  readonly context: ScanContext;
}

/** Looks for pickles and programs in a string or bytes object, and scans what it finds. */
export async function scanConstant(constant: PickleConstant, scan: NestedScan): Promise<void> {
  for (const bytes of await formsOf(constant, scan.target.source)) {
    if (await scanLayer(bytes, { ...scan, offset: constant.start, how: [] })) return;
  }
}

/** The bytes that a constant may stand for: text as Latin-1 and as UTF-8. */
async function formsOf({ value, start, length }: PickleConstant, source: ByteSource): Promise<Uint8Array[]> {
  if (value.kind !== 'str') {
    if (value.bytes !== undefined) return [value.bytes.subarray(0, MAX_LOOKED_AT)];
    const { offset, length: size } = value;
    return [new Uint8Array(await source.read(offset, Math.min(size, MAX_LOOKED_AT)))];
  }
  const text = value.text?.slice(0, MAX_LOOKED_AT);
  if (text === undefined)
    return [new Uint8Array(await source.read(start + 8, Math.min(length, MAX_LOOKED_AT)))];
  const isLatin1 = !/[^\x00-\xff]/.test(text);
  const latin1 = new Uint8Array(Buffer.from(text, 'latin1'));
  if (!isLatin1) return [utf8Bytes(text)];
  return /[\x80-\xff]/.test(text) ? [latin1, utf8Bytes(text)] : [latin1];
}

interface Layer extends NestedScan {
  readonly offset: number;
  /** The encodings taken off so far. */
  readonly how: readonly string[];
}

/** Whether these bytes, or what they decode to, were something. */
async function scanLayer(bytes: Uint8Array, layer: Layer): Promise<boolean> {
  if (await scanBytes(bytes, layer)) return true;
  if (layer.how.length >= MAX_LAYERS) return false;
  for (const decoded of await decodingsOf(bytes, layer.how)) {
    layer.context.budget.spendBytes(decoded.bytes.length);
    if (await scanLayer(decoded.bytes, { ...layer, how: [...layer.how, decoded.how] })) return true;
  }
  return false;
}

async function scanBytes(bytes: Uint8Array, { target, context, offset, how }: Layer): Promise<boolean> {
  const encoded = how.length === 0 ? '' : ` (${how.join(', ')})`;
  if (isCompiledPython(bytes)) {
    context.report(
      { rule: 'PICKLE_NESTED_CODE', offset, message: `compiled Python in a string${encoded}` },
      target,
    );
    return true;
  }
  const stream = readPickleBytes(bytes, { limits: LIMITS });
  context.budget.spendOperations(stream.operations);
  if (isMeantPickle(stream, bytes) || (how.length > 0 && isPickleForSure(bytes))) {
    if (judgePickle(stream).judgements.length > 0)
      context.report({ rule: 'PICKLE_NESTED', offset, message: `a pickle in a string${encoded}` }, target);
    await context.nested(target, { source: memorySource(bytes), name: `string at ${offset}${encoded}` });
    return true;
  }
  if (how.length > 0 && isHiddenProgram(bytes)) {
    context.report(
      { rule: 'PICKLE_NESTED_CODE', offset, message: `a program in a string${encoded}` },
      target,
    );
    return true;
  }
  return false;
}
