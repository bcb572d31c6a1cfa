import { changesOf, type Handler, type MachineState } from './machine-state.ts';
import type { OpcodeName } from './opcodes.ts';
import type { PickleOperation } from './operation.ts';
import type { ListValue, PickleValue } from './value.ts';

/** Handlers of tuples, lists, dicts and sets. */
export const CONTAINER_HANDLERS = {
  EMPTY_TUPLE: (state) => state.stack.push({ kind: 'tuple', items: [] }),
  TUPLE1: (state) => pushTuple(state, state.stack.take(1)),
  TUPLE2: (state) => pushTuple(state, state.stack.take(2)),
  TUPLE3: (state) => pushTuple(state, state.stack.take(3)),
  TUPLE: (state) => pushTuple(state, takeMarked(state)),
  EMPTY_LIST: (state) => state.stack.push({ kind: 'list', items: [] }),
  LIST: (state) => state.stack.push({ kind: 'list', items: takeMarked(state) }),
  APPEND: (state, operation) => append(state, operation, [state.stack.pop()]),
  APPENDS: (state, operation) => append(state, operation, takeMarked(state)),
  EMPTY_DICT: (state) => state.stack.push({ kind: 'dict', entries: [] }),
  DICT: (state, operation) => {
    const values = takeMarked(state);
    state.stack.push({ kind: 'dict', entries: [] });
    assign(state, operation, values);
  },
  SETITEM: (state, operation) => assign(state, operation, state.stack.take(2)),
  SETITEMS: (state, operation) => assign(state, operation, takeMarked(state)),
  EMPTY_SET: (state) => state.stack.push({ kind: 'set', items: [] }),
  FROZENSET: (state, operation) => {
    const items = takeMarked(state);
    checkHashable(state, operation, items);
    state.stack.push({ kind: 'frozenset', items });
  },
  ADDITEMS: addItems,
} satisfies Partial<Record<OpcodeName, Handler>>;

function takeMarked(state: MachineState): PickleValue[] {
  return state.stack.takeFrom(state.stack.popMark());
}

function pushTuple(state: MachineState, items: PickleValue[]): void {
  state.stack.push({ kind: 'tuple', items });
}

function append(state: MachineState, operation: PickleOperation, items: PickleValue[]): void {
  const target = state.stack.peek();
  if (items.length === 0) return;
  if (target.kind === 'list') {
    for (const item of items) target.items.push(item);
  } else if (target.kind === 'bytearray') {
    // What it holds now is not worth following: nothing that imports or calls takes a bytearray for a name.
    target.bytes = undefined;
  } else {
    const changes = change(state, operation, { kind: 'append', target });
    if (changes === undefined)
      state.fail(operation, 'type-mismatch', `a ${target.kind} cannot be appended to`);
    else for (const item of items) changes.items.push(item);
  }
}

function assign(state: MachineState, operation: PickleOperation, values: PickleValue[]): void {
  const target = state.stack.peek();
  if (values.length % 2 !== 0) {
    state.fail(operation, 'items-odd', 'a key without a value');
    return;
  }
  const entries: [PickleValue, PickleValue][] = [];
  for (let at = 0; at < values.length; at += 2)
    entries.push([values[at] as PickleValue, values[at + 1] as PickleValue]);
  if (entries.length === 0) return;
  if (target.kind === 'dict') {
    checkHashable(
      state,
      operation,
      entries.map(([key]) => key),
    );
    for (const entry of entries) target.entries.push(entry);
  } else if (target.kind === 'list') {
    for (const [key, value] of entries) assignToList(state, operation, { target, key, value });
  } else if (target.kind === 'bytearray') {
    target.bytes = undefined;
  } else {
    const changes = change(state, operation, { kind: 'assign', target });
    if (changes === undefined)
      state.fail(operation, 'type-mismatch', `a ${target.kind} has no items to assign`);
    else for (const entry of entries) changes.entries.push(entry);
  }
}

function assignToList(
  state: MachineState,
  operation: PickleOperation,
  { target, key, value }: { target: ListValue; key: PickleValue; value: PickleValue },
): void {
  const index = key.kind === 'int' ? Number(key.value) : Number.NaN;
  const at = index < 0 ? index + target.items.length : index;
  if (at in target.items) target.items[at] = value;
  else state.fail(operation, 'type-mismatch', 'an item that the list does not have');
}

function addItems(state: MachineState, operation: PickleOperation): void {
  const items = takeMarked(state);
  const target = state.stack.peek();
  if (items.length === 0) return;
  if (target.kind === 'set') {
    checkHashable(state, operation, items);
    for (const item of items) target.items.push(item);
    return;
  }
  const changes = change(state, operation, { kind: 'add', target });
  if (changes === undefined)
    state.fail(operation, 'type-mismatch', `a ${target.kind} has no items to add to`);
  else for (const item of items) changes.items.push(item);
}

/** Records that an object is changed by its own methods; `undefined` when it is plain data and has none. */
function change(
  state: MachineState,
  operation: PickleOperation,
  effect: { kind: 'append' | 'assign' | 'add'; target: PickleValue },
) {
  const changes = changesOf(effect.target);
  if (changes !== undefined) state.record({ ...effect, offset: operation.offset });
  return changes;
}

const UNHASHABLE: ReadonlySet<PickleValue['kind']> = new Set(['list', 'dict', 'set', 'bytearray']);

function checkHashable(state: MachineState, operation: PickleOperation, keys: readonly PickleValue[]): void {
  if (keys.some((key) => UNHASHABLE.has(key.kind)))
    state.fail(operation, 'key-unhashable', 'an unhashable key');
}
