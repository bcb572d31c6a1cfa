import type { ProtoMessage } from '../protobuf/walk-protobuf.ts';

/** Bits of one item by the number of its type (onnx.proto, TensorProto.DataType); text has none. */
const ITEM_BITS: Readonly<Record<string, bigint>> = {
  1: 32n,
  2: 8n,
  3: 8n,
  4: 16n,
  5: 16n,
  6: 32n,
  7: 64n,
  9: 8n,
  10: 16n,
  11: 64n,
  12: 32n,
  13: 64n,
  14: 64n,
  15: 128n,
  16: 16n,
  17: 8n,
  18: 8n,
  19: 8n,
  20: 8n,
  21: 4n,
  22: 4n,
  23: 4n,
  24: 8n,
  25: 2n,
  26: 2n,
};
const MAX_ITEMS = 1n << 63n;

/**
 * Why the size of a tensor cannot be what it says: dimensions below zero or beyond every memory, or raw data of
 * another length. `undefined`: it can, or nothing tells.
 */
export function tensorSizeProblem({ values }: ProtoMessage): string | undefined {
  const dims = (values.get('dims') ?? []).filter((value) => typeof value === 'bigint');
  if (dims.some((dim) => dim >= MAX_ITEMS || dim < 0n)) return 'a tensor with a dimension below zero';
  if (dims.includes(0n)) return undefined;
  const items = productOf(dims);
  if (items === undefined) return 'a tensor of more items than any memory holds';
  const raw = values.get('raw_data')?.at(-1);
  const type = values.get('data_type')?.at(-1);
  const bits = typeof type === 'bigint' ? ITEM_BITS[String(type)] : undefined;
  if (typeof raw !== 'object' || bits === undefined || values.has('segment')) return undefined;
  const bytes = (items * bits + 7n) / 8n;
  // Dimensions may be packed, which the walk steps over; then nothing is known of them.
  if (dims.length === 0 || bytes === BigInt(raw.length)) return undefined;
  return `a tensor of ${bytes} bytes with ${raw.length} bytes of data`;
}

/** The product, `undefined` where it is beyond `MAX_ITEMS`; stops there, so that it stays small. */
function productOf(dims: readonly bigint[]): bigint | undefined {
  let items = 1n;
  for (const dim of dims) {
    items *= dim;
    if (items >= MAX_ITEMS) return undefined;
  }
  return items;
}
