import { type ProblemLog, quoteText } from '../problem-log.ts';
import type { GgufCursor } from './cursor.ts';
import { GGML_TYPES } from './type-table.ts';

/** One tensor as the header declares it. */
export interface GgufTensor {
  readonly name: string;
  readonly shape: readonly bigint[];
  readonly type: number;
  /** From the start of the data section, in bytes. */
  readonly dataOffset: bigint;
  /** In bytes, without padding; `undefined` for a type that is not known here. */
  readonly dataBytes: bigint | undefined;
  /** Where its entry stands in the file. */
  readonly offset: number;
}

/** ggml.h: `GGML_MAX_NAME`, with the NUL at its end. */
const MAX_NAME_BYTES = 63;
const MAX_DIMENSIONS = 4;
const MAX_ELEMENTS = 1n << 63n;
/** Types beyond the last one that we know are new ones up to here, nonsense above. */
const MAX_PLAUSIBLE_TYPE = 128;

/** The next entry of the list of tensors. */
export async function readTensor(cursor: GgufCursor): Promise<GgufTensor> {
  const offset = cursor.position;
  const name = await cursor.string(true);
  if (name.length > MAX_NAME_BYTES || name.text === undefined) {
    cursor.fail('GGUF_TENSOR_NAME', offset, `a tensor's name of ${name.length} bytes`);
  }
  const dimensions = await cursor.uint32();
  if (dimensions > MAX_DIMENSIONS)
    cursor.fail('GGUF_DIMENSIONS', offset, `a tensor of ${dimensions} dimensions`);
  const shape: bigint[] = [];
  for (let index = 0; index < dimensions; index++) shape.push(BigInt.asIntN(64, await cursor.uint64()));
  checkShape(cursor, shape, offset);
  const type = await cursor.uint32();
  const dataOffset = await cursor.uint64();
  return {
    name: name.text,
    shape,
    type,
    dataOffset,
    dataBytes: dataBytes(cursor, { shape, type, offset }),
    offset,
  };
}

/** Names are unique, and the tensors follow one another, each padded, to the end of the file. */
export function checkTensors(
  tensors: readonly GgufTensor[],
  { headerEnd, alignment, size }: { headerEnd: number; alignment: number; size: number },
  log: ProblemLog,
): void {
  const names = new Set<string>();
  let position = 0n;
  let dataEnd = 0n;
  for (const { name, dataOffset, dataBytes: bytes, offset } of tensors) {
    if (names.has(name))
      log.error('GGUF_TENSOR_TWICE', offset, `the tensor ${quoteText(name)} appears twice`);
    names.add(name);
    if (dataOffset !== position) {
      log.error(
        'GGUF_TENSOR_OFFSET',
        offset,
        `the tensor ${quoteText(name)} lies at ${dataOffset}, not at ${position}`,
      );
      return;
    }
    if (bytes === undefined) return;
    dataEnd = position + bytes;
    position = padded(dataEnd, alignment);
  }
  const dataStart = tensors.length === 0 ? BigInt(headerEnd) : padded(BigInt(headerEnd), alignment);
  checkEnd(
    { dataEnd: dataStart + dataEnd, paddedEnd: padded(dataStart + position, alignment), size: BigInt(size) },
    log,
  );
}

function checkEnd(
  { dataEnd, paddedEnd, size }: { dataEnd: bigint; paddedEnd: bigint; size: bigint },
  log: ProblemLog,
): void {
  if (dataEnd > size) {
    log.error('GGUF_TRUNCATED', Number(size), `${dataEnd - size} bytes of tensors are missing at the end`);
  } else if (size > paddedEnd) {
    log.error('GGUF_TRAILING', Number(paddedEnd), `${size - paddedEnd} bytes behind the last tensor`);
  }
}

function checkShape(cursor: GgufCursor, shape: readonly bigint[], offset: number): void {
  let elements = 1n;
  for (const side of shape) {
    if (side < 0n) cursor.fail('GGUF_SHAPE', offset, `a tensor with a side of ${side}`);
    elements *= side;
    if (elements >= MAX_ELEMENTS)
      cursor.fail('GGUF_SHAPE', offset, 'a tensor whose number of elements overflows');
  }
}

function dataBytes(
  cursor: GgufCursor,
  { shape, type, offset }: { shape: readonly bigint[]; type: number; offset: number },
): bigint | undefined {
  const traits = GGML_TYPES[type];
  if (traits === undefined) {
    if (type < GGML_TYPES.length || type > MAX_PLAUSIBLE_TYPE) {
      cursor.fail('GGUF_TENSOR_TYPE', offset, `the tensor type ${type} was removed or never was`);
    }
    cursor.log.limit('GGUF_TENSOR_TYPE_NEW', offset, `the tensor type ${type} is newer than this reader`);
    return undefined;
  }
  const block = BigInt(traits.blockElements);
  if ((shape[0] ?? 1n) % block !== 0n) {
    cursor.fail(
      'GGUF_BLOCK',
      offset,
      `a row of ${shape[0] ?? 1n} elements is not made of blocks of ${block}`,
    );
  }
  const elements = shape.reduce((product, side) => product * side, 1n);
  return (elements / block) * BigInt(traits.blockBytes);
}

function padded(size: bigint, alignment: number): bigint {
  const unit = BigInt(alignment);
  return ((size + unit - 1n) / unit) * unit;
}
