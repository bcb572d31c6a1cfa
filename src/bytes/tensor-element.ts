import { ELEMENT_BYTES, type NumericDatatype, type NumericTensor } from './tensor.ts';

/** One element of a datatype, between JSON and little-endian bytes. */
export interface ElementCodec {
  /** Bytes of one. */
  readonly size: number;
  /** Puts a value of JSON where it belongs; `false`: the datatype has no such value. */
  readonly write: (view: DataView, at: number, value: unknown) => boolean;
  /** The value as JSON writes it: 64-bit integers as `bigint`. */
  readonly read: (view: DataView, at: number) => number | bigint | boolean;
}

/** Reads and writes elements of a datatype. Rounding is to nearest; what would become infinite by it does not fit. */
export function elementCodec(datatype: NumericDatatype): ElementCodec {
  return CODECS[datatype];
}

/** The bytes of a tensor, to be read in place. */
export function tensorView({ data }: NumericTensor): DataView {
  return new DataView(data.buffer, data.byteOffset, data.byteLength);
}

function integer(
  datatype: NumericDatatype,
  range: readonly [lowest: number, highest: number],
  access: Pick<ElementCodec, 'read'> & { set(view: DataView, at: number, value: number): void },
): ElementCodec {
  const [lowest, highest] = range;
  return {
    size: ELEMENT_BYTES[datatype],
    write: (view, at, value) => {
      if (!Number.isInteger(value)) return false;
      const number = value as number;
      if (number < lowest || number > highest) return false;
      access.set(view, at, number);
      return true;
    },
    read: access.read,
  };
}

function bigInteger(
  range: readonly [lowest: bigint, highest: bigint],
  access: Pick<ElementCodec, 'read'> & { set(view: DataView, at: number, value: bigint): void },
): ElementCodec {
  const [lowest, highest] = range;
  return {
    size: 8,
    write: (view, at, value) => {
      // A number beyond the safe range was rounded by whoever wrote it.
      if (typeof value !== 'bigint') {
        if (!Number.isSafeInteger(value) || ((value as number) < 0 && lowest === 0n)) return false;
        setSafeInteger(view, at, value as number);
        return true;
      }
      if (value < lowest || value > highest) return false;
      access.set(view, at, value);
      return true;
    },
    read: access.read,
  };
}

/** In two halves: a `bigint` for each element would cost more than all else. */
function setSafeInteger(view: DataView, at: number, value: number): void {
  view.setUint32(at, value, true);
  view.setInt32(at + 4, Math.floor(value / 2 ** 32), true);
}

function float(
  datatype: NumericDatatype,
  access: {
    set(view: DataView, at: number, value: number): void;
    readonly get: (view: DataView, at: number) => number;
  },
): ElementCodec {
  return {
    size: ELEMENT_BYTES[datatype],
    write: (view, at, value) => {
      if (typeof value !== 'number' && typeof value !== 'bigint') return false;
      const number = Number(value);
      access.set(view, at, number);
      return Number.isFinite(access.get(view, at)) || !Number.isFinite(number);
    },
    read: access.get,
  };
}

/** Where a float32 is taken apart; nobody else is running meanwhile. */
const SCRATCH = new DataView(new ArrayBuffer(4));
const BFLOAT16_NAN = 0x7fc0;

/** The upper half of a float32, rounded to nearest, ties to even. */
function setBfloat16(view: DataView, at: number, value: number): void {
  SCRATCH.setFloat32(0, value);
  const bits = SCRATCH.getUint32(0);
  const half = Number.isNaN(value) ? BFLOAT16_NAN : (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
  view.setUint16(at, half, true);
}

function getBfloat16(view: DataView, at: number): number {
  SCRATCH.setUint32(0, view.getUint16(at, true) << 16);
  return SCRATCH.getFloat32(0);
}

const BOOL: ElementCodec = {
  size: 1,
  write: (view, at, value) => {
    if (value !== true && value !== false && value !== 0 && value !== 1) return false;
    view.setUint8(at, Number(value));
    return true;
  },
  read: (view, at) => view.getUint8(at) !== 0,
};

const CODECS: Readonly<Record<NumericDatatype, ElementCodec>> = {
  BOOL,
  UINT8: integer('UINT8', [0, 255], {
    set: (view, at, value) => view.setUint8(at, value),
    read: (view, at) => view.getUint8(at),
  }),
  UINT16: integer('UINT16', [0, 65_535], {
    set: (view, at, value) => view.setUint16(at, value, true),
    read: (view, at) => view.getUint16(at, true),
  }),
  UINT32: integer('UINT32', [0, 2 ** 32 - 1], {
    set: (view, at, value) => view.setUint32(at, value, true),
    read: (view, at) => view.getUint32(at, true),
  }),
  UINT64: bigInteger([0n, 2n ** 64n - 1n], {
    set: (view, at, value) => view.setBigUint64(at, value, true),
    read: (view, at) => view.getBigUint64(at, true),
  }),
  INT8: integer('INT8', [-128, 127], {
    set: (view, at, value) => view.setInt8(at, value),
    read: (view, at) => view.getInt8(at),
  }),
  INT16: integer('INT16', [-32_768, 32_767], {
    set: (view, at, value) => view.setInt16(at, value, true),
    read: (view, at) => view.getInt16(at, true),
  }),
  INT32: integer('INT32', [-(2 ** 31), 2 ** 31 - 1], {
    set: (view, at, value) => view.setInt32(at, value, true),
    read: (view, at) => view.getInt32(at, true),
  }),
  INT64: bigInteger([-(2n ** 63n), 2n ** 63n - 1n], {
    set: (view, at, value) => view.setBigInt64(at, value, true),
    read: (view, at) => view.getBigInt64(at, true),
  }),
  FP16: float('FP16', {
    set: (view, at, value) => view.setFloat16(at, value, true),
    get: (view, at) => view.getFloat16(at, true),
  }),
  BF16: float('BF16', { set: setBfloat16, get: getBfloat16 }),
  FP32: float('FP32', {
    set: (view, at, value) => view.setFloat32(at, value, true),
    get: (view, at) => view.getFloat32(at, true),
  }),
  FP64: float('FP64', {
    set: (view, at, value) => view.setFloat64(at, value, true),
    get: (view, at) => view.getFloat64(at, true),
  }),
};
