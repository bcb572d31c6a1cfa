import type { PickleLimits } from './limits.ts';
import { OPCODE_OF_BYTE, type OpcodeName } from './opcodes.ts';
import { COUNT_WIDTH, type Decoded, decodeOperation, NUMBER_WIDTH, type PickleWindow } from './operation.ts';

const NEWLINE = 0x0a;
/** Bytes are copied out of the frame and then read on (`_Unpickler_ReadInto`), so nothing of them is dropped. */
const READ_IN_PIECES: ReadonlySet<OpcodeName> = new Set<OpcodeName>([
  'SHORT_BINBYTES',
  'BINBYTES',
  'BINBYTES8',
  'BYTEARRAY8',
]);

/**
 * Decodes an operation as CPython's C unpickler did before 3.13.15 and 3.14.7 when it reads from an object without
 * `peek` (`io.BytesIO`, so PyTorch's archives too): where a read goes beyond the frame, what is left of the frame is
 * dropped and the read begins behind it (cpython #154848). A file can say two things by that.
 */
export function decodeAcrossFrame(
  window: PickleWindow,
  { position, frameEnd }: { readonly position: number; readonly frameEnd: number },
  limits: PickleLimits,
): Decoded {
  if (frameEnd - window.start > window.bytes.length)
    return { outcome: 'more', bytes: frameEnd - position + 1 };
  const kept = crossingRead(window, position, frameEnd);
  if (kept === undefined) return decodeOperation(window, position, limits);
  const dropped = frameEnd - kept;
  const parts = [
    window.bytes.subarray(position - window.start, kept - window.start),
    window.bytes.subarray(frameEnd - window.start),
  ];
  const joined: PickleWindow = {
    bytes: Buffer.concat(parts),
    start: position,
    sourceSize: window.sourceSize - dropped,
    budget: window.budget,
  };
  const decoded = decodeOperation(joined, position, limits);
  if (decoded.outcome === 'more') return { outcome: 'more', bytes: decoded.bytes + dropped };
  if (decoded.outcome === 'stopped') return decoded;
  return {
    outcome: 'operation',
    operation: { ...decoded.operation, end: decoded.operation.end + dropped },
  };
}

/** Where the read begins that goes beyond the frame; `undefined` when none of the operation's reads does. */
function crossingRead(window: PickleWindow, position: number, frameEnd: number): number | undefined {
  const opcode = OPCODE_OF_BYTE[window.bytes[position - window.start] ?? 0xff];
  const begin = position + 1;
  const argument = opcode?.argument ?? 'none';
  if (argument === 'line' || argument === 'lines')
    return crossingLine(window, { begin, lines: argument === 'line' ? 1 : 2, frameEnd });
  if (argument === 'counted1' || argument === 'counted4' || argument === 'counted8') {
    const width = COUNT_WIDTH[argument];
    if (begin + width > frameEnd) return begin;
    if (opcode === undefined || READ_IN_PIECES.has(opcode.name)) return undefined;
    const length = window.bytes.readUIntLE(begin - window.start, Math.min(width, 6));
    return begin + width + length > frameEnd ? begin + width : undefined;
  }
  return begin + NUMBER_WIDTH[argument] > frameEnd && argument !== 'none' ? begin : undefined;
}

function crossingLine(
  { bytes, start }: PickleWindow,
  { begin, lines, frameEnd }: { readonly begin: number; readonly lines: 1 | 2; readonly frameEnd: number },
): number | undefined {
  let at = begin;
  for (let left: number = lines; left > 0; left--) {
    const newline = bytes.indexOf(NEWLINE, at - start);
    if (newline === -1 || newline + start >= frameEnd) return at;
    at = newline + start + 1;
  }
  return undefined;
}
