import { type ProblemLog, quoteText } from '../problem-log.ts';
import type { SafetensorsTensor } from './tensor.ts';

/**
 * Tensors must cover the data section exactly, in order and without holes or overlaps, to the end of the file: then
 * there is no byte in it that belongs to no tensor, and no other file can hide in it.
 */
export function checkLayout(
  tensors: readonly SafetensorsTensor[],
  { dataStart, size }: { dataStart: number; size: number },
  log: ProblemLog,
): void {
  const ordered = [...tensors].sort((a, b) => compare(a.start, b.start) || compare(a.end, b.end));
  let position = 0n;
  for (const { name, start, end, offset } of ordered) {
    if (start !== position) {
      const what =
        start > position ? `${start - position} bytes before it belong to none` : 'it overlaps another';
      log.error(
        start > position ? 'SAFETENSORS_HOLE' : 'SAFETENSORS_OVERLAP',
        offset,
        `the tensor ${quoteText(name)}: ${what}`,
      );
      return;
    }
    position = end;
  }
  const dataEnd = BigInt(dataStart) + position;
  if (dataEnd > size) {
    log.error(
      'SAFETENSORS_TRUNCATED',
      size,
      `${dataEnd - BigInt(size)} bytes of tensors are missing at the end`,
    );
  } else if (dataEnd < size) {
    log.error(
      'SAFETENSORS_TRAILING',
      Number(dataEnd),
      `${BigInt(size) - dataEnd} bytes behind the last tensor`,
    );
  }
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
