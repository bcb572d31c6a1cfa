import { PickleHalt } from './finding.ts';
import type { Handler, MachineState } from './machine-state.ts';
import { parseDecimal } from './number.ts';
import type { OpcodeName } from './opcodes.ts';
import type { PickleOperation } from './operation.ts';

/** Handlers of the memo and of the stack itself. */
export const MEMO_HANDLERS = {
  MARK: (state) => state.stack.pushMark(),
  POP: (state) => state.stack.drop(),
  POP_MARK: (state) => void state.stack.takeFrom(state.stack.popMark()),
  DUP: (state) => state.stack.push(state.stack.peek()),
  GET: (state, operation) => getMemo(state, operation, lineIndex(state, operation)),
  BINGET: (state, operation) => getMemo(state, operation, operation.number),
  LONG_BINGET: (state, operation) => getMemo(state, operation, operation.number),
  PUT: (state, operation) => putMemo(state, lineIndex(state, operation)),
  BINPUT: (state, operation) => putMemo(state, operation.number),
  LONG_BINPUT: (state, operation) => putMemo(state, operation.number),
  MEMOIZE: (state) => putMemo(state, state.memo.size),
} satisfies Partial<Record<OpcodeName, Handler>>;

function lineIndex(state: MachineState, operation: PickleOperation): number | undefined {
  const { line } = operation;
  const index = line !== '' && line.length <= state.limits.maxIntegerBytes ? parseDecimal(line) : undefined;
  if (index !== undefined && index >= 0n && index <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(index);
  state.fail(operation, 'number-invalid', 'not a memo index');
  return undefined;
}

function getMemo(state: MachineState, operation: PickleOperation, index: number | undefined): void {
  const value = index === undefined ? undefined : state.memo.get(index);
  state.stack.push(value ?? state.fail(operation, 'memo-missing', 'a memo entry that was never written'));
}

function putMemo(state: MachineState, index: number | undefined): void {
  const value = state.stack.peek();
  if (index === undefined) return;
  if (state.memo.size >= state.limits.maxMemo && !state.memo.has(index))
    throw new PickleHalt('limit', 'reader-limit', `more than ${state.limits.maxMemo} memo entries`);
  state.memo.set(index, value);
}
