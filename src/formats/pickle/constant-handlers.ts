import type { Handler, MachineState } from './machine-state.ts';
import { bytesValue } from './machine-state.ts';
import { decodeLong, parseFloat0, parseInt0, parseLong } from './number.ts';
import type { OpcodeName } from './opcodes.ts';
import type { PickleOperation } from './operation.ts';
import { latin1Text, quotedString, rawUnicodeText, surrogatePassText } from './text.ts';
import { FALSE, intValue, NONE, noChanges, type PickleValue, TRUE } from './value.ts';

const HIGHEST_PROTOCOL = 5;

/** Handlers of everything that pushes one constant, and of PROTO. */
export const CONSTANT_HANDLERS = {
  PROTO: (state, operation) => setProtocol(state, operation),
  NONE: (state) => state.stack.push(NONE),
  NEWTRUE: (state) => state.stack.push(TRUE),
  NEWFALSE: (state) => state.stack.push(FALSE),
  BININT: pushInt,
  BININT1: pushInt,
  BININT2: pushInt,
  INT: (state, operation) => state.stack.push(intOfLine(state, operation)),
  LONG: (state, operation) => state.stack.push(longOfLine(state, operation)),
  LONG1: pushLong,
  LONG4: pushLong,
  FLOAT: (state, operation) => state.stack.push(floatOfLine(state, operation)),
  BINFLOAT: (state, operation) => state.stack.push({ kind: 'float', value: operation.number }),
  STRING: (state, operation) => {
    pushTextOr(state, operation, operation.line === '' ? undefined : quotedString(operation.line));
  },
  // Python 2 strings: what they are depends on the loader's `encoding`; Latin-1 keeps every byte.
  BINSTRING: pushLatin1,
  SHORT_BINSTRING: pushLatin1,
  UNICODE: (state, operation) => pushTextOr(state, operation, rawUnicodeText(operation.line)),
  BINUNICODE: pushText,
  SHORT_BINUNICODE: pushText,
  BINUNICODE8: pushText,
  BINBYTES: (state, operation) => state.pushConstant(operation, bytesValue('bytes', operation)),
  SHORT_BINBYTES: (state, operation) => state.pushConstant(operation, bytesValue('bytes', operation)),
  BINBYTES8: (state, operation) => state.pushConstant(operation, bytesValue('bytes', operation)),
  BYTEARRAY8: (state, operation) => state.pushConstant(operation, bytesValue('bytearray', operation)),
  NEXT_BUFFER: (state, operation) => {
    const target: PickleValue = { kind: 'buffer', index: state.buffers++, changes: noChanges() };
    state.record({ kind: 'buffer', offset: operation.offset, target });
    state.note('notice', 'buffer-out-of-band', {
      offset: operation.offset,
      message: 'data that travels beside the stream',
    });
    state.stack.push(target);
  },
  READONLY_BUFFER: (state) => void state.stack.peek(),
} satisfies Partial<Record<OpcodeName, Handler>>;

function setProtocol(state: MachineState, operation: PickleOperation): void {
  state.protocol = operation.number;
  if (operation.number > HIGHEST_PROTOCOL)
    state.fail(operation, 'protocol-unsupported', `protocol ${operation.number}`);
}

function pushInt(state: MachineState, operation: PickleOperation): void {
  state.stack.push({ kind: 'int', value: operation.number });
}

function intOfLine(state: MachineState, operation: PickleOperation): PickleValue {
  const { line } = operation;
  if (line === '') return state.fail(operation, 'line-empty', 'an empty line');
  if (line.length > state.limits.maxIntegerBytes) return state.skip(operation, 'a very long integer');
  const value = parseInt0(line);
  if (value === undefined) return state.fail(operation, 'number-invalid', 'not an integer');
  if (typeof value === 'boolean') return value ? TRUE : FALSE;
  return intValue(value);
}

function longOfLine(state: MachineState, operation: PickleOperation): PickleValue {
  const { line } = operation;
  if (line === '') return state.fail(operation, 'line-empty', 'an empty line');
  if (line.length > state.limits.maxIntegerBytes) return state.skip(operation, 'a very long integer');
  const value = parseLong(line);
  return value === undefined ? state.fail(operation, 'number-invalid', 'not an integer') : intValue(value);
}

function pushLong(state: MachineState, operation: PickleOperation): void {
  const { bytes } = operation;
  const isHeld = bytes !== undefined && bytes.length <= state.limits.maxIntegerBytes;
  state.stack.push(isHeld ? intValue(decodeLong(bytes)) : state.skip(operation, 'a very long integer'));
}

function floatOfLine(state: MachineState, operation: PickleOperation): PickleValue {
  const { line } = operation;
  if (line === '') return state.fail(operation, 'line-empty', 'an empty line');
  if (line.length > state.limits.maxIntegerBytes) return state.skip(operation, 'a very long number');
  const value = parseFloat0(line);
  return value === undefined
    ? state.fail(operation, 'number-invalid', 'not a number')
    : { kind: 'float', value };
}

function pushTextOr(state: MachineState, operation: PickleOperation, text: string | undefined): void {
  if (text === undefined) state.stack.push(state.fail(operation, 'text-invalid', 'malformed text'));
  else state.pushConstant(operation, { kind: 'str', text });
}

function pushLatin1(state: MachineState, operation: PickleOperation): void {
  const { bytes } = operation;
  state.pushConstant(operation, { kind: 'str', text: bytes === undefined ? undefined : latin1Text(bytes) });
}

function pushText(state: MachineState, operation: PickleOperation): void {
  const { bytes } = operation;
  if (bytes === undefined) state.pushConstant(operation, { kind: 'str', text: undefined });
  else pushTextOr(state, operation, surrogatePassText(bytes));
}
