import type { PickleValue } from '../../../formats/index.ts';
import { isDangerousWord } from './denied-names.ts';
import type { GlobalName } from './global-name.ts';

/** Which tool carries code in pickles under a name. */
export type CodeKind = 'cloudpickle' | 'dill' | 'python';

const CODE_ROOTS: Readonly<Record<string, CodeKind>> = { cloudpickle: 'cloudpickle', dill: 'dill' };

/** Whether a name rebuilds functions and classes from code in the file. Ask the list of dangerous names first. */
export function codeKindOf({ path }: GlobalName): CodeKind | undefined {
  const root = path.split('.', 1)[0] ?? '';
  if (path.includes('.cloudpickle.')) return 'cloudpickle';
  return Object.hasOwn(CODE_ROOTS, root) ? CODE_ROOTS[root] : undefined;
}

/** Functions of those tools that import the module that they are given. */
export const MODULE_IMPORTERS: ReadonlySet<string> = new Set([
  'cloudpickle.cloudpickle.subimport',
  'cloudpickle.cloudpickle.dynamic_subimport',
  'cloudpickle.subimport',
]);

/** Nodes that a look at the names inside code goes through. */
const MAX_NODES = 20_000;

/**
 * The names inside pickled code (functions, attributes, constants of a code object's arguments) that run programs or
 * other code; at most `limit` of them.
 */
export function dangerousWordsIn(value: PickleValue, limit = 5): string[] {
  const found = new Set<string>();
  const seen = new Set<PickleValue>();
  const open: PickleValue[] = [value];
  while (open.length > 0 && seen.size < MAX_NODES && found.size < limit) {
    const node = open.pop() as PickleValue;
    if (seen.has(node)) continue;
    seen.add(node);
    if (node.kind === 'str' && node.text !== undefined) {
      const [root = ''] = node.text.split('.', 1);
      if (isDangerousWord(root)) found.add(root);
    } else if (node.kind === 'tuple' || node.kind === 'list') open.push(...node.items.slice(0, MAX_NODES));
    else if (node.kind === 'dict') for (const entry of node.entries) open.push(...entry);
    else if (node.kind === 'call') open.push(node.args);
  }
  return [...found];
}
