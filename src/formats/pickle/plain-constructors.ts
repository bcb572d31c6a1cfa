import { bufferView } from '../../bytes/index.ts';
import { PlainDateTime, type PlainKey, type PlainValue } from './plain-value.ts';
import { latin1Bytes } from './text.ts';
import type { CallValue, GlobalValue } from './value.ts';

/** A call of one of the few harmless constructors, its parts already plain. */
export interface PlainCall {
  readonly node: CallValue;
  readonly args: readonly PlainValue[];
  /** Items assigned afterwards. */
  readonly entries: readonly (readonly [PlainKey, PlainValue])[];
}

/** Builds the value of a call; `undefined` when the arguments are not what the constructor writes itself. */
type Constructor = (call: PlainCall) => PlainValue | undefined;

/** The only names that a data-only pickle may import: none of them runs anything that its arguments could choose. */
const CONSTRUCTORS: Readonly<Record<string, Constructor>> = {
  'builtins.set': ({ args }) => setOf(args),
  'builtins.frozenset': ({ args }) => setOf(args),
  'builtins.bytearray': ({ args }) => bytesOf(args),
  'builtins.bytes': ({ args }) => bytesOf(args),
  '_codecs.encode': ({ args: [text, encoding] }) =>
    typeof text === 'string' && encoding === 'latin1' ? latin1Bytes(text) : undefined,
  'collections.OrderedDict': ({ args, entries }) => orderedDict(args, entries),
  'datetime.datetime': ({ args }) => dateTime(args),
  'datetime.date': ({ args }) => date(args),
  'datetime.timedelta': ({ args }) => timeDelta(args),
  'datetime.timezone': ({ args: [offset, ...more] }) =>
    offset instanceof PlainDateTime && more.length === 0 ? offset : undefined,
  'numpy.dtype': ({ args: [name] }) => (typeof name === 'string' ? name : undefined),
  'numpy.core.multiarray.scalar': ({ args }) => numpyScalar(args),
  'numpy._core.multiarray.scalar': ({ args }) => numpyScalar(args),
};

/** Names that Python 2 knew differently, as protocols below 3 still write them. */
const RENAMED: Readonly<Record<string, string>> = { __builtin__: 'builtins' };

/** The constructor that a global names; `undefined` for everything that is not on the list. */
export function constructorOf(target: GlobalValue): Constructor | undefined {
  const { module, name, protocol } = target;
  if (module === undefined || name === undefined) return undefined;
  const key = `${(protocol < 3 ? RENAMED[module] : undefined) ?? module}.${name}`;
  return Object.hasOwn(CONSTRUCTORS, key) ? CONSTRUCTORS[key] : undefined;
}

/** Whether objects of this global are given their content after construction, and in which harmless way. */
export function allowsChange(target: GlobalValue, change: 'entries' | 'states'): boolean {
  const name = `${target.module ?? ''}.${target.name ?? ''}`;
  return change === 'entries' ? name === 'collections.OrderedDict' : name === 'numpy.dtype';
}

function setOf(args: readonly PlainValue[]): PlainValue | undefined {
  const [items = []] = args;
  return Array.isArray(items) && args.length <= 1 ? new Set(items as readonly PlainValue[]) : undefined;
}

function bytesOf(args: readonly PlainValue[]): Uint8Array | undefined {
  const [first, encoding] = args;
  if (args.length === 0) return new Uint8Array(0);
  if (first instanceof Uint8Array && args.length === 1) return first;
  return typeof first === 'string' && encoding === 'latin-1' ? latin1Bytes(first) : undefined;
}

function orderedDict(args: readonly PlainValue[], entries: PlainCall['entries']): PlainValue | undefined {
  const dict = new Map<PlainKey, PlainValue>();
  const [pairs = []] = args;
  if (!Array.isArray(pairs) || args.length > 1) return undefined;
  for (const pair of pairs as readonly PlainValue[]) {
    if (!Array.isArray(pair) || pair.length !== 2) return undefined;
    const [key, value] = pair as [PlainValue, PlainValue];
    if (typeof key === 'object' && key !== null) return undefined;
    dict.set(key, value);
  }
  for (const [key, value] of entries) dict.set(key, value);
  return dict;
}

/** `datetime.__reduce_ex__`: ten bytes year(2) month day hour minute second microsecond(3), and perhaps a zone. */
function dateTime(args: readonly PlainValue[]): PlainValue | undefined {
  const state = stateBytes(args[0], 10);
  if (state === undefined || args.length > 2) return undefined;
  const zone = args[1];
  if (zone !== undefined && !(zone instanceof PlainDateTime)) return undefined;
  const [hour, minute, second] = state.subarray(4, 7);
  const micros = bufferView(state).readUIntBE(7, 3);
  const time = `${pad(hour)}:${pad(minute)}:${pad(second)}.${pad(micros, 6)}`;
  return new PlainDateTime(`${calendarDay(state)}T${time}${zone === undefined ? '' : offsetText(zone.text)}`);
}

/** `date.__reduce__`: four bytes year(2) month day. */
function date(args: readonly PlainValue[]): PlainValue | undefined {
  const state = stateBytes(args[0], 4);
  return state !== undefined && args.length === 1 ? new PlainDateTime(calendarDay(state)) : undefined;
}

function stateBytes(value: PlainValue | undefined, length: number): Uint8Array | undefined {
  const bytes = typeof value === 'string' ? latin1Bytes(value) : value;
  return bytes instanceof Uint8Array && bytes.length === length ? bytes : undefined;
}

function calendarDay(state: Uint8Array): string {
  const view = bufferView(state);
  // The highest bit of the month carries `fold`, which no text shows.
  return `${pad(view.readUInt16BE(0), 4)}-${pad(view.readUInt8(2) & 0x7f)}-${pad(view.readUInt8(3))}`;
}

function timeDelta(args: readonly PlainValue[]): PlainValue | undefined {
  const [days = 0, seconds = 0, micros = 0] = args;
  const isWhole = [days, seconds, micros].every((part) => typeof part === 'number' && Number.isInteger(part));
  if (!isWhole || args.length > 3) return undefined;
  const total = Number(days) * 86_400 + Number(seconds);
  const fraction = micros === 0 ? '' : `.${pad(Number(micros), 6)}`;
  return new PlainDateTime(`${total < 0 ? '-' : ''}PT${Math.abs(total)}${fraction}S`);
}

function offsetText(span: string): string {
  const seconds = Number(/^(-?)PT(\d+)S$/.exec(span)?.slice(1).join('') ?? Number.NaN);
  if (!Number.isFinite(seconds)) return '';
  const minutes = Math.abs(Math.trunc(seconds / 60));
  return `${seconds < 0 ? '-' : '+'}${pad(Math.trunc(minutes / 60))}:${pad(minutes % 60)}`;
}

function pad(value: number | undefined, width = 2): string {
  return String(value ?? 0).padStart(width, '0');
}

const SCALARS: Readonly<Record<string, (view: Buffer) => PlainValue>> = {
  b1: (view) => view.readUInt8(0) !== 0,
  i1: (view) => view.readInt8(0),
  i2: (view) => view.readInt16LE(0),
  i4: (view) => view.readInt32LE(0),
  i8: (view) => view.readBigInt64LE(0),
  u1: (view) => view.readUInt8(0),
  u2: (view) => view.readUInt16LE(0),
  u4: (view) => view.readUInt32LE(0),
  u8: (view) => view.readBigUInt64LE(0),
  f4: (view) => view.readFloatLE(0),
  f8: (view) => view.readDoubleLE(0),
};

/** `numpy.generic.__reduce__`: a dtype and the little-endian bytes of one item, as metrics often are. */
function numpyScalar([dtype, item, ...more]: readonly PlainValue[]): PlainValue | undefined {
  if (typeof dtype !== 'string' || more.length > 0) return undefined;
  const bytes = typeof item === 'string' ? latin1Bytes(item) : item;
  const read = Object.hasOwn(SCALARS, dtype) ? SCALARS[dtype] : undefined;
  if (read === undefined || !(bytes instanceof Uint8Array) || bytes.length !== Number(dtype.slice(1)))
    return undefined;
  return read(bufferView(bytes));
}
