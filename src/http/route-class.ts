import type { Route, RouteClass } from '../api/index.ts';

/** What a model is asked by. */
const ASKING: ReadonlySet<string> = new Set(['inference.infer', 'inference.predict']);

/** Whether a row is one that models are asked by. */
export function isQuestion({ words }: Pick<Route, 'words'>): boolean {
  return ASKING.has(words.id);
}

/** The class of a row; `other` beside the table. */
export function routeClassOf(row: Route | undefined): RouteClass {
  if (row === undefined) return 'other';
  const { id, method } = row.words;
  if (row.kind === 'identity') return 'log-in';
  if (isQuestion(row)) return 'predict';
  if (id.startsWith('inference.')) return 'read';
  if (row.kind === 'stream') return 'content';
  return method === 'GET' ? 'read' : 'write';
}
