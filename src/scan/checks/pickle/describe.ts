import type { PickleValue } from '../../../formats/index.ts';
import { nameOf } from './global-name.ts';

const MAX_DEPTH = 3;
const MAX_ITEMS = 4;
const MAX_TEXT_CHARS = 80;

/** A value as Python-like text for people: `os.system('id')`. Hostile text in it is not yet escaped. */
export function describeValue(value: PickleValue, depth = 0): string {
  if (value.kind === 'call') return depth >= MAX_DEPTH ? '…' : describeCall(value, depth);
  if (value.kind === 'list') return `[${describeItems(value.items, depth)}]`;
  if (value.kind === 'tuple') return `(${describeItems(value.items, depth)})`;
  if (value.kind === 'set' || value.kind === 'frozenset') return `{${describeItems(value.items, depth)}}`;
  if (value.kind === 'dict') return value.entries.length === 0 ? '{}' : '{…}';
  return describeLeaf(value);
}

function describeLeaf(value: PickleValue): string {
  if (value.kind === 'str')
    return value.text === undefined ? '…' : `'${value.text.slice(0, MAX_TEXT_CHARS)}'`;
  if (value.kind === 'global') return nameOf(value)?.path ?? '<hidden>';
  if (value.kind === 'none') return 'None';
  if (value.kind === 'bool') return value.value ? 'True' : 'False';
  if (value.kind === 'int' || value.kind === 'float') return String(value.value);
  if (value.kind === 'bytes' || value.kind === 'bytearray') return `${value.kind}(${value.length})`;
  return `<${value.kind}>`;
}

function describeCall(call: Extract<PickleValue, { kind: 'call' }>, depth: number): string {
  const callee = describeValue(call.callee, depth + 1);
  const args = call.args.kind === 'tuple' ? describeItems(call.args.items, depth) : '…';
  return `${callee}(${args})`;
}

function describeItems(items: readonly PickleValue[], depth: number): string {
  if (depth >= MAX_DEPTH) return '…';
  const shown = items.slice(0, MAX_ITEMS).map((item) => describeValue(item, depth + 1));
  return (items.length > MAX_ITEMS ? [...shown, '…'] : shown).join(', ');
}
