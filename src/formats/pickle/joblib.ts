import type { CallValue, DictValue, PickleValue } from './value.ts';

/** `numpy.dtype` kinds of a fixed size: bool, integers, floats, complex, times, bytes, void. */
const SIMPLE_DTYPE = /^[<>|=]?([biufcmMSVU])(\d{1,9})$/;
const MAX_DIMENSIONS = 64;
/** `numpy.dtype` pickles as (version, byte order, subdtype, names, …); the item may hold objects only with names. */
const DTYPE_STATE_NAMES = 3;

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
  if (dtype?.kind !== 'call' || !isGlobal(dtype.callee, 'numpy', 'dtype')) return undefined;
  if (dtypeName(dtype) === 'O8') return 'pickle';
  const items = itemCount(entryOf(state, 'shape'));
  const size = itemSize(dtype);
  if (items === undefined || size === undefined) return undefined;
  const alignment = entryOf(state, 'numpy_array_alignment_bytes');
  const isPadded = alignment !== undefined && alignment.kind !== 'none';
  if (isPadded && nextByte === undefined) return undefined;
  return items * size + (isPadded ? 1 + (nextByte ?? 0) : 0);
}

function isGlobal(value: PickleValue, module: string, name: string): boolean {
  return value.kind === 'global' && value.module === module && value.name === name;
}

function entryOf(dict: DictValue, name: string): PickleValue | undefined {
  return dict.entries.findLast(([key]) => key.kind === 'str' && key.text === name)?.[1];
}

function dtypeName(dtype: CallValue): string | undefined {
  const first = dtype.args.kind === 'tuple' ? dtype.args.items[0] : undefined;
  return first?.kind === 'str' ? first.text : undefined;
}

function itemSize(dtype: CallValue): number | undefined {
  const match = SIMPLE_DTYPE.exec(dtypeName(dtype) ?? '');
  if (match === null) return undefined;
  const state = dtype.changes.states.at(-1);
  const names = state?.kind === 'tuple' ? state.items[DTYPE_STATE_NAMES] : undefined;
  if (names !== undefined && names.kind !== 'none') return undefined;
  const [, kind, count] = match;
  return Number(count) * (kind === 'U' ? 4 : 1);
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
