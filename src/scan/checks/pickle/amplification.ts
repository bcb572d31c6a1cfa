import type { PickleStream, PickleValue } from '../../../formats/index.ts';

/** How many values a tree may have before it counts, and how many times more than were written. */
const MIN_TREE = 10_000_000;
const MIN_RATIO = 1000;

/**
 * Whether a value is small in the file and vast when it is walked: containers that hold others many times over, level
 * upon level. Values that contain themselves count once.
 */
export function isAmplified(stream: PickleStream): boolean {
  if (stream.value === undefined || stream.operations < 20) return false;
  const sizes = new Map<PickleValue, number>();
  const open: { node: PickleValue; parts: readonly PickleValue[]; at: number; size: number }[] = [];
  const enter = (node: PickleValue): void => {
    sizes.set(node, 1);
    open.push({ node, parts: partsOf(node), at: 0, size: 1 });
  };
  enter(stream.value);
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const part = top.parts[top.at++];
    if (part === undefined) {
      open.pop();
      sizes.set(top.node, top.size);
      const parent = open.at(-1);
      if (parent !== undefined) parent.size += top.size;
      if (top.size > MIN_TREE && top.size > sizes.size * MIN_RATIO) return true;
    } else if (!isContainer(part)) top.size++;
    else {
      const known = sizes.get(part);
      if (known === undefined) enter(part);
      else top.size += known;
    }
  }
  return false;
}

function isContainer(value: PickleValue): boolean {
  return (
    value.kind === 'list' ||
    value.kind === 'tuple' ||
    value.kind === 'dict' ||
    value.kind === 'call' ||
    value.kind === 'set'
  );
}

function partsOf(node: PickleValue): readonly PickleValue[] {
  if (node.kind === 'list' || node.kind === 'tuple' || node.kind === 'set') return node.items;
  if (node.kind === 'dict') return node.entries.flat();
  if (node.kind !== 'call') return [];
  return [node.args, ...node.changes.states, ...node.changes.items, ...node.changes.entries.flat()];
}
