import type { GlobalValue, PickleStream, PickleValue } from '../../../formats/index.ts';
import { describeValue } from './describe.ts';
import type { Judgement } from './judgement.ts';
import type { Lists } from './lists.ts';

/**
 * Some allowed functions (`getattr`, `functools.partial` …) are judged by their arguments, so they must not be handed
 * to anybody who calls them later. Finds those that are anything but called.
 */
export function judgeEscapes(stream: PickleStream, lists: Lists): Judgement[] {
  const watched = new Set<PickleValue>();
  for (const { kind, target } of stream.effects) {
    if (kind !== 'import') continue;
    const standing = lists.standings.of(target);
    if (standing.kind === 'allowed' && standing.row.onlyCalled === true) watched.add(target);
  }
  if (watched.size === 0) return [];
  return handedAround(stream, watched).map((target) => ({
    rule: 'PICKLE_DANGEROUS_ARGUMENT',
    offset: target.offset,
    message: 'a function that runs what it is given is handed around',
    evidence: describeValue(target),
  }));
}

function handedAround(stream: PickleStream, watched: ReadonlySet<PickleValue>): GlobalValue[] {
  const found = new Set<GlobalValue>();
  const seen = new Set<PickleValue>();
  const open: PickleValue[] = [];
  const meet = (value: PickleValue): void => {
    if (value.kind === 'global' && watched.has(value)) found.add(value);
    if (!HAS_PARTS.has(value.kind) || seen.has(value)) return;
    seen.add(value);
    open.push(value);
  };
  if (stream.value !== undefined) meet(stream.value);
  for (const { kind, target } of stream.effects) if (kind !== 'import') meet(target);
  for (let node = open.pop(); node !== undefined; node = open.pop()) meetParts(node, meet);
  return [...found];
}

const HAS_PARTS: ReadonlySet<PickleValue['kind']> = new Set([
  'list',
  'tuple',
  'set',
  'frozenset',
  'dict',
  'call',
  'global',
  'persistent',
]);

/** Everything that a value holds, but not the function that a call calls. */
function meetParts(node: PickleValue, meet: (part: PickleValue) => void): void {
  if ('changes' in node) {
    const { states, items, entries } = node.changes;
    for (const part of [states, items, ...entries].flat()) meet(part);
  }
  if (node.kind === 'list' || node.kind === 'tuple' || node.kind === 'set' || node.kind === 'frozenset')
    for (const item of node.items) meet(item);
  else if (node.kind === 'dict') for (const entry of node.entries) entry.forEach(meet);
  else if (node.kind === 'persistent') meet(node.id);
  else if (node.kind === 'call') {
    if (node.callee.kind !== 'global') meet(node.callee);
    meet(node.args);
    if (node.kwargs !== undefined) meet(node.kwargs);
  }
}
