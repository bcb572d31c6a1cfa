import { type JsonMember, JsonNumber, JsonObject, type JsonValue } from '../json/json-value.ts';
import { type ProblemLog, quoteText } from '../problem-log.ts';
import { SAFETENSORS_DTYPE_BITS } from './dtypes.ts';

/** One tensor as the header declares it. */
export interface SafetensorsTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly bigint[];
  /** From the start of the data section, in bytes. */
  readonly start: bigint;
  readonly end: bigint;
  /** Where its entry stands in the file. */
  readonly offset: number;
}

/** Sizes are `usize` in the reference reader. */
const MAX_SIZE = (1n << 64n) - 1n;
const MEMBERS = ['dtype', 'shape', 'data_offsets'];
const BITS_PER_BYTE = 8n;

/** The tensor of one member of the header; `undefined` when it is not one, which is noted. */
export function parseTensor(member: JsonMember, log: ProblemLog): SafetensorsTensor | undefined {
  const { key: name, value, offset } = member;
  if (!(value instanceof JsonObject)) return refuse(log, member, 'is not an object');
  if (value.members.length !== MEMBERS.length || !value.members.every(({ key }) => MEMBERS.includes(key))) {
    return refuse(log, member, 'does not have exactly dtype, shape and data_offsets');
  }
  const dtype = value.text('dtype') ?? '';
  const bits = Object.hasOwn(SAFETENSORS_DTYPE_BITS, dtype) ? SAFETENSORS_DTYPE_BITS[dtype] : undefined;
  const shape = naturals(value.get('shape'));
  const [start, end, ...others] = naturals(value.get('data_offsets')) ?? [];
  if (bits === undefined) return refuse(log, member, `has the unknown dtype ${quoteText(dtype, 20)}`);
  if (shape === undefined) return refuse(log, member, 'has a shape that is not a list of natural numbers');
  if (start === undefined || end === undefined || others.length > 0) {
    return refuse(log, member, 'does not have two natural numbers as data_offsets');
  }
  const wanted = byteSize(shape, bits);
  if (typeof wanted === 'string') return refuse(log, member, wanted);
  if (end < start || end - start !== wanted) {
    return refuse(log, member, `has ${end - start} bytes, but its shape needs ${wanted}`);
  }
  return { name, dtype, shape, start, end, offset };
}

/** The entries of `__metadata__`, which must be strings. */
export function parseMetadata(
  { value, offset }: JsonMember,
  log: ProblemLog,
): { key: string; value: string; offset: number }[] {
  if (!(value instanceof JsonObject)) {
    log.error('SAFETENSORS_METADATA', offset, 'the metadata is not an object');
    return [];
  }
  const entries: { key: string; value: string; offset: number }[] = [];
  for (const member of value.members) {
    // Offsets of nested members count from the header, this one from the file.
    const at = offset + (member.offset - value.offset);
    if (typeof member.value === 'string') entries.push({ key: member.key, value: member.value, offset: at });
    else log.error('SAFETENSORS_METADATA', at, `the metadata ${quoteText(member.key)} is not a string`);
  }
  return entries;
}

/** The bytes of a tensor, or why there is no such number. */
function byteSize(shape: readonly bigint[], bits: bigint): bigint | string {
  let count = 1n;
  for (const side of shape) {
    count *= side;
    if (count > MAX_SIZE) return 'has a shape whose product overflows';
  }
  const total = count * bits;
  if (total > MAX_SIZE) return 'has a size that overflows';
  return total % BITS_PER_BYTE === 0n ? total / BITS_PER_BYTE : 'does not fill whole bytes';
}

function naturals(value: JsonValue | undefined): bigint[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const numbers: bigint[] = [];
  for (const item of value as readonly JsonValue[]) {
    const number = item instanceof JsonNumber ? item.natural : undefined;
    if (number === undefined || number > MAX_SIZE) return undefined;
    numbers.push(number);
  }
  return numbers;
}

function refuse(log: ProblemLog, { key, offset }: JsonMember, why: string): SafetensorsTensor | undefined {
  log.error('SAFETENSORS_TENSOR', offset, `the tensor ${quoteText(key)} ${why}`);
  return undefined;
}
