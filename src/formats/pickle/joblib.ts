import type { DictValue, PickleValue, TupleValue } from './value.ts';

/** `numpy.dtype` kinds of a fixed size: bool, integers, floats, complex, times, bytes, void. */
const SIMPLE_DTYPE = /^[<>|=]?([biufcmMSVU])(\d{1,9})$/;
const MAX_DIMENSIONS = 64;
/** `numpy.dtype` pickles as (version, byte order, subdtype, names, fields, size, alignment, flags, …). */
const DTYPE_STATE_NAMES = 3;
const STRING_DTYPE_BYTES = 16;
const MAX_DTYPE_DEPTH = 16;

/**
 * What joblib (from 0.10 on) writes behind a `NumpyArrayWrapper`: padding and the raw items of the array, or for an
 * array of objects a pickle of its own (joblib's `numpy_pickle.py`). Nothing behind any other object.
 */
export function joblibDataAfter(
  built: PickleValue,
  nextByte: number | undefined,
): number | 'pickle' | undefined {
  if (built.kind !== 'call' || !isGlobal(built.callee, 'joblib.numpy_pickle', 'NumpyArrayWrapper')) return 0;
  const state = built.changes.states.at(-1);
  if (state?.kind !== 'dict') return undefined;
  const dtype = entryOf(state, 'dtype');
  const item = dtype === undefined ? undefined : itemOf(dtype, 0);
  if (item === undefined) return undefined;
  if (item.hasObjects) return 'pickle';
  const items = itemCount(entryOf(state, 'shape'));
  if (items === undefined) return undefined;
  const alignment = entryOf(state, 'numpy_array_alignment_bytes');
  const isPadded = alignment !== undefined && alignment.kind !== 'none';
  if (isPadded && nextByte === undefined) return undefined;
  return items * item.bytes + (isPadded ? 1 + (nextByte ?? 0) : 0);
}

function isGlobal(value: PickleValue, module: string, name: string): boolean {
  return value.kind === 'global' && value.module === module && value.name === name;
}

function entryOf(dict: DictValue, name: string): PickleValue | undefined {
  return dict.entries.findLast(([key]) => key.kind === 'str' && key.text === name)?.[1];
}

interface Item {
  readonly bytes: number;
  readonly hasObjects: boolean;
}

/** Size of one item of a pickled `numpy.dtype`; `undefined` when its parts do not say one thing. */
function itemOf(dtype: PickleValue, depth: number): Item | undefined {
  if (isStringDtype(dtype)) return { bytes: STRING_DTYPE_BYTES, hasObjects: true };
  const name = depth > MAX_DTYPE_DEPTH ? undefined : nameOfDtype(dtype);
  if (name === undefined || dtype.kind !== 'call' || dtype.changes.states.length > 1) return undefined;
  if (name === 'O8' || name === 'O4') return { bytes: Number(name.slice(1)), hasObjects: true };
  const bytes = bytesOfDtype(name);
  const state = dtype.changes.states[0];
  const names = state?.kind === 'tuple' ? state.items[DTYPE_STATE_NAMES] : undefined;
  if (bytes === undefined) return undefined;
  const isRecord = state?.kind === 'tuple' && names !== undefined && names.kind !== 'none';
  return isRecord ? recordOf(state, { bytes, depth }) : { bytes, hasObjects: false };
}

function bytesOfDtype(name: string): number | undefined {
  const [, kind, count] = SIMPLE_DTYPE.exec(name) ?? [];
  return kind === undefined ? undefined : Number(count) * (kind === 'U' ? 4 : 1);
}

/** The text that a `numpy.dtype` is made of. */
function nameOfDtype(dtype: PickleValue): string | undefined {
  if (dtype.kind !== 'call' || !isGlobal(dtype.callee, 'numpy', 'dtype')) return undefined;
  const first = dtype.args.kind === 'tuple' ? dtype.args.items[0] : undefined;
  return first?.kind === 'str' ? first.text : undefined;
}

/** A dtype with named fields: joblib pickles such arrays when any field holds objects, by the dtype's own flag. */
function recordOf(state: TupleValue, { bytes, depth }: { bytes: number; depth: number }): Item | undefined {
  const [fields, size, , flags] = state.items.slice(DTYPE_STATE_NAMES + 1);
  if (fields?.kind !== 'dict' || size?.kind !== 'int' || size.value !== bytes || flags?.kind !== 'int')
    return undefined;
  let hasObjects = false;
  for (const [, field] of fields.entries) {
    const type = field.kind === 'tuple' ? field.items[0] : undefined;
    const item = type === undefined ? undefined : itemOf(type, depth + 1);
    if (item === undefined) return undefined;
    hasObjects ||= item.hasObjects;
  }
  const isFlagged = (BigInt(flags.value) & 1n) === 1n;
  return isFlagged === hasObjects ? { bytes, hasObjects } : undefined;
}

/** `numpy.dtypes.StringDType`, whose arrays joblib pickles. */
function isStringDtype(dtype: PickleValue): boolean {
  return (
    dtype.kind === 'call' && isGlobal(dtype.callee, 'numpy._core._internal', '_convert_to_stringdtype_kwargs')
  );
}

function itemCount(shape: PickleValue | undefined): number | undefined {
  if (shape?.kind !== 'tuple' || shape.items.length > MAX_DIMENSIONS) return undefined;
  let count = 1;
  for (const side of shape.items) {
    if (side.kind !== 'int' || typeof side.value !== 'number' || side.value < 0) return undefined;
    count *= side.value;
  }
  return count;
}
