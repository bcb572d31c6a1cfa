import { utf8Text } from '../../bytes/index.ts';
import { PickleHalt } from './finding.ts';
import { changesOf, type Handler, type MachineState } from './machine-state.ts';
import type { OpcodeName } from './opcodes.ts';
import type { PickleOperation } from './operation.ts';
import { latin1Bytes } from './text.ts';
import { type CallValue, type GlobalValue, noChanges, type PickleValue } from './value.ts';

/** Handlers of everything that imports, calls or changes objects: all of it stays symbolic. */
export const OBJECT_HANDLERS = {
  GLOBAL: (state, operation) => {
    const module = nameOfLine(state, operation, operation.line);
    const name = nameOfLine(state, operation, operation.secondLine);
    state.stack.push(importGlobal(state, operation, { module, name }));
  },
  STACK_GLOBAL: (state, operation) => {
    const name = nameOnStack(state, operation);
    const module = nameOnStack(state, operation);
    state.stack.push(importGlobal(state, operation, { module, name }));
  },
  REDUCE: (state, operation) => {
    const args = state.stack.pop();
    const callee = state.stack.pop();
    pushCall(state, operation, { by: 'REDUCE', callee, args, kwargs: undefined });
  },
  NEWOBJ: (state, operation) => {
    const args = state.stack.pop();
    const callee = state.stack.pop();
    pushCall(state, operation, { by: 'NEWOBJ', callee, args, kwargs: undefined });
  },
  NEWOBJ_EX: (state, operation) => {
    const kwargs = state.stack.pop();
    const args = state.stack.pop();
    const callee = state.stack.pop();
    pushCall(state, operation, { by: 'NEWOBJ_EX', callee, args, kwargs });
  },
  OBJ: (state, operation) => {
    const [callee, ...items] = state.stack.takeFrom(state.stack.popMark());
    if (callee === undefined) throw new PickleHalt('error', 'stack-underflow', 'nothing to call');
    pushCall(state, operation, { by: 'OBJ', callee, args: { kind: 'tuple', items }, kwargs: undefined });
  },
  INST: (state, operation) => {
    const mark = state.stack.popMark();
    const module = nameOfLine(state, operation, operation.line);
    const name = nameOfLine(state, operation, operation.secondLine);
    const callee = importGlobal(state, operation, { module, name });
    const args: PickleValue = { kind: 'tuple', items: state.stack.takeFrom(mark) };
    pushCall(state, operation, { by: 'INST', callee, args, kwargs: undefined });
  },
  BUILD: build,
  PERSID: (state, operation) => pushPersistent(state, operation, { kind: 'str', text: operation.line }),
  BINPERSID: (state, operation) => pushPersistent(state, operation, state.stack.pop()),
  EXT1: pushExtension,
  EXT2: pushExtension,
  EXT4: pushExtension,
} satisfies Partial<Record<OpcodeName, Handler>>;

type Names = Pick<GlobalValue, 'module' | 'name'>;

function importGlobal(state: MachineState, operation: PickleOperation, names: Names): GlobalValue {
  const { offset } = operation;
  const target: GlobalValue = {
    kind: 'global',
    ...names,
    protocol: state.protocol,
    offset,
    changes: noChanges(),
  };
  state.record({ kind: 'import', offset, target });
  return target;
}

function nameOfLine(state: MachineState, operation: PickleOperation, line: string): string | undefined {
  const name = line === '' ? undefined : utf8Text(latin1Bytes(line));
  if (name === undefined) state.fail(operation, 'text-invalid', 'a name that is empty or malformed');
  return name;
}

function nameOnStack(state: MachineState, operation: PickleOperation): string | undefined {
  const value = state.stack.pop();
  if (value.kind === 'str') return value.text;
  // The outcome of a call may well be a string; plain data of another type is certainly none.
  if (changesOf(value) === undefined)
    state.fail(operation, 'type-mismatch', `a ${value.kind} in place of a module or name`);
  return undefined;
}

function pushCall(
  state: MachineState,
  operation: PickleOperation,
  call: Pick<CallValue, 'by' | 'callee' | 'args' | 'kwargs'>,
): void {
  const { offset } = operation;
  const target: CallValue = { kind: 'call', ...call, offset, changes: noChanges() };
  state.record({ kind: 'call', offset, target });
  if (changesOf(call.callee) === undefined)
    state.fail(operation, 'type-mismatch', `a ${call.callee.kind} cannot be called`);
  if (call.args.kind !== 'tuple' && changesOf(call.args) === undefined)
    state.fail(operation, 'type-mismatch', `a ${call.args.kind} in place of arguments`);
  state.stack.push(target);
}

function build(state: MachineState, operation: PickleOperation): void {
  const given = state.stack.pop();
  const target = state.stack.peek();
  const changes = changesOf(target);
  if (changes !== undefined) {
    changes.states.push(given);
    state.record({ kind: 'build', offset: operation.offset, target });
  } else if (given.kind !== 'none') {
    state.fail(operation, 'type-mismatch', `a ${target.kind} takes no state`);
  }
}

function pushPersistent(state: MachineState, operation: PickleOperation, id: PickleValue): void {
  const target: PickleValue = { kind: 'persistent', id, changes: noChanges() };
  state.record({ kind: 'persistent', offset: operation.offset, target });
  state.stack.push(target);
}

function pushExtension(state: MachineState, operation: PickleOperation): void {
  const code = operation.number;
  const target: PickleValue = { kind: 'extension', code, changes: noChanges() };
  state.record({ kind: 'extension', offset: operation.offset, target });
  if (code <= 0) state.fail(operation, 'extension-invalid', 'an extension code below 1');
  state.stack.push(target);
}
