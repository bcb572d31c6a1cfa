import type { PickleFindingCode } from './finding.ts';
import type { PickleLimits } from './limits.ts';
import { OPCODE_OF_BYTE, type Opcode, type OpcodeName } from './opcodes.ts';
import { latin1Text } from './text.ts';

/** One decoded operation: an opcode with its argument. */
export interface PickleOperation {
  readonly name: OpcodeName;
  /** Its opcode byte. */
  readonly code: number;
  /** Where its opcode byte is, in bytes from the start of the source. */
  readonly offset: number;
  /** Where the next operation begins. */
  readonly end: number;
  /** Value of a number argument, or the length of a counted one or a frame; otherwise 0. */
  readonly number: number;
  /** The bytes of a counted argument; `undefined` when there is none or when it is too long to be held. */
  readonly bytes: Uint8Array | undefined;
  /** The text lines of the argument, each byte a character. */
  readonly line: string;
  readonly secondLine: string;
}

/** The part of the source that is in memory. */
export interface PickleWindow {
  /** Made by `bufferView`, so that numbers are read out of it. */
  readonly bytes: Buffer;
  /** Where its first byte is in the source. */
  readonly start: number;
  /** Size of the whole source. */
  readonly sourceSize: number;
  /**
   * What may be copied out of it; without a budget the memory stays as it is, and arguments are views of it.
   * Longer counted arguments are passed over.
   */
  readonly budget: HoldBudget | undefined;
}

/** How many bytes of a source may still be held. */
export interface HoldBudget {
  readonly maxArgumentBytes: number;
  leftBytes: number;
}

/** An operation, or why there is none. */
export type Decoded =
  | { readonly outcome: 'operation'; readonly operation: PickleOperation }
  /** The window must hold at least `bytes` from the position on. */
  | { readonly outcome: 'more'; readonly bytes: number }
  | {
      readonly outcome: 'stopped';
      readonly severity: 'error' | 'limit';
      readonly code: PickleFindingCode;
      readonly message: string;
    };

const NEWLINE = 0x0a;
/** Bytes of the length before a counted argument. */
export const COUNT_WIDTH = { counted1: 1, counted4: 4, counted8: 8 } as const;
/** Bytes of a number argument. */
export const NUMBER_WIDTH = { none: 0, u1: 1, u2: 2, u4: 4, i4: 4, f8: 8, frame: 8 } as const;

/** Decodes the operation at `position` (in the source) out of the window. Pure; allocates nothing by a length it read. */
export function decodeOperation(window: PickleWindow, position: number, limits: PickleLimits): Decoded {
  const at = position - window.start;
  const code = window.bytes[at];
  if (code === undefined) return missing(window, position, 1);
  const opcode = OPCODE_OF_BYTE[code];
  if (opcode === undefined)
    return {
      outcome: 'stopped',
      severity: 'error',
      code: 'opcode-unknown',
      message: 'not an opcode of any protocol',
    };
  switch (opcode.argument) {
    case 'line':
    case 'lines':
      return decodeLines(window, { opcode, position }, limits);
    case 'counted1':
    case 'counted4':
    case 'counted8':
      return decodeCounted(window, { opcode, position }, COUNT_WIDTH[opcode.argument]);
    case 'none':
    case 'u1':
    case 'u2':
    case 'u4':
    case 'i4':
    case 'f8':
    case 'frame': {
      const width = NUMBER_WIDTH[opcode.argument];
      if (at + 1 + width > window.bytes.length) return missing(window, position, 1 + width);
      return done(
        { opcode, position },
        { size: 1 + width, number: READ_NUMBER[opcode.argument](window.bytes, at + 1) },
      );
    }
  }
}

interface Place {
  readonly opcode: Opcode;
  readonly position: number;
}

function done(
  place: Place,
  argument: { size: number; number?: number; bytes?: Uint8Array | undefined; lines?: readonly string[] },
): Decoded {
  const { size, number = 0, bytes, lines } = argument;
  return {
    outcome: 'operation',
    operation: {
      name: place.opcode.name,
      code: place.opcode.code,
      offset: place.position,
      end: place.position + size,
      number,
      bytes,
      line: lines?.[0] ?? '',
      secondLine: lines?.[1] ?? '',
    },
  };
}

function missing(window: PickleWindow, position: number, bytes: number): Decoded {
  if (position + bytes <= window.sourceSize) return { outcome: 'more', bytes };
  const message = 'the stream ends inside an operation';
  return { outcome: 'stopped', severity: 'error', code: 'stream-truncated', message };
}

const READ_NUMBER: Readonly<Record<keyof typeof NUMBER_WIDTH, (view: Buffer, at: number) => number>> = {
  none: () => 0,
  u1: (view, at) => view.readUInt8(at),
  u2: (view, at) => view.readUInt16LE(at),
  u4: (view, at) => view.readUInt32LE(at),
  i4: (view, at) => view.readInt32LE(at),
  f8: (view, at) => view.readDoubleBE(at),
  frame: (view, at) => readLength(view, at, 8),
};

function readLength(view: Buffer, at: number, width: 1 | 4 | 8): number {
  if (width === 1) return view.readUInt8(at);
  if (width === 4) return view.readUInt32LE(at);
  // Beyond 2^53 it is inexact, and beyond the end of any source all the same.
  return view.readUInt32LE(at) + view.readUInt32LE(at + 4) * 2 ** 32;
}

function decodeCounted(window: PickleWindow, place: Place, width: 1 | 4 | 8): Decoded {
  const { position, opcode } = place;
  const at = position - window.start;
  const header = 1 + width;
  if (at + header > window.bytes.length) return missing(window, position, header);
  const length = readLength(window.bytes, at + 1, width);
  if (opcode.name === 'LONG4' && length >= 2 ** 31)
    return {
      outcome: 'stopped',
      severity: 'error',
      code: 'integer-invalid',
      message: 'a negative byte count',
    };
  if (position + header + length > window.sourceSize) {
    const message = 'a length reaches beyond the end of the file';
    return { outcome: 'stopped', severity: 'error', code: 'length-beyond-end', message };
  }
  const size = header + length;
  const { budget } = window;
  if (budget !== undefined && length > Math.min(budget.maxArgumentBytes, budget.leftBytes))
    return done(place, { size, number: length });
  if (at + size > window.bytes.length) return { outcome: 'more', bytes: size };
  const view = new Uint8Array(window.bytes.buffer, window.bytes.byteOffset + at + header, length);
  if (budget === undefined) return done(place, { size, number: length, bytes: view });
  budget.leftBytes -= length;
  return done(place, { size, number: length, bytes: view.slice() });
}

function decodeLines(window: PickleWindow, place: Place, limits: PickleLimits): Decoded {
  const { position, opcode } = place;
  const begin = position - window.start + 1;
  const lines: string[] = [];
  let from = begin;
  for (let wanted = opcode.argument === 'lines' ? 2 : 1; wanted > 0; wanted--) {
    const newline = window.bytes.indexOf(NEWLINE, from);
    const length = (newline === -1 ? window.bytes.length : newline) - from;
    if (length > limits.maxLineBytes) {
      const message = `a line of more than ${limits.maxLineBytes} bytes`;
      return { outcome: 'stopped', severity: 'limit', code: 'reader-limit', message };
    }
    if (newline === -1) return moreOfLine(window, position);
    lines.push(latin1Text(window.bytes.subarray(from, newline)));
    from = newline + 1;
  }
  if (window.budget !== undefined) {
    window.budget.leftBytes -= from - begin;
    if (window.budget.leftBytes < 0)
      return { outcome: 'stopped', severity: 'limit', code: 'reader-limit', message: 'too much text' };
  }
  return done(place, { size: 1 + from - begin, lines });
}

function moreOfLine(window: PickleWindow, position: number): Decoded {
  const held = window.start + window.bytes.length - position;
  const left = window.sourceSize - position;
  if (held < left) return { outcome: 'more', bytes: Math.min(left, held * 2) };
  return {
    outcome: 'stopped',
    severity: 'error',
    code: 'line-unended',
    message: 'a line without its newline',
  };
}
