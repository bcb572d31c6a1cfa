import type { PickleValue } from '../../../formats/index.ts';
import { nameOf } from './global-name.ts';

const MAX_DEPTH = 3;
const MAX_ITEMS = 4;
const MAX_TEXT_CHARS = 80;

/** A value as Python-like text for people: `os.system('id')`. Hostile text in it is not yet escaped. */
export function describeValue(value: PickleValue, depth = 0): string {
  switch (value.kind) {
    case 'none':
      return 'None';
    case 'bool':
      return value.value ? 'True' : 'False';
    case 'int':
    case 'float':
      return String(value.value);
    case 'str':
      return value.text === undefined ? '…' : `'${value.text.slice(0, MAX_TEXT_CHARS)}'`;
    case 'bytes':
    case 'bytearray':
      return `${value.kind}(${value.length})`;
    case 'global':
      return nameOf(value)?.path ?? '<hidden>';
    case 'call':
      return depth >= MAX_DEPTH ? '…' : describeCall(value, depth);
    case 'list':
      return `[${describeItems(value.items, depth)}]`;
    case 'tuple':
      return `(${describeItems(value.items, depth)})`;
    case 'set':
    case 'frozenset':
      return `{${describeItems(value.items, depth)}}`;
    case 'dict':
      return value.entries.length === 0 ? '{}' : '{…}';
    case 'persistent':
      return '<persistent>';
    case 'extension':
      return `<extension ${value.code}>`;
    case 'buffer':
      return '<buffer>';
    case 'unknown':
      return '<unknown>';
  }
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
