import type { Route } from '../api/index.ts';

/** What a request asks for, as far as limits tell requests apart. */
export type RouteClass = 'log-in' | 'read' | 'write' | 'content' | 'predict' | 'other';

/** The class of a row; `other` beside the table. */
export function routeClassOf(row: Route | undefined): RouteClass {
  if (row === undefined) return 'other';
  const { id, method } = row.words;
  if (row.kind === 'identity') return 'log-in';
  if (id.startsWith('predictions.')) return 'predict';
  if (row.kind === 'stream') return 'content';
  return method === 'GET' ? 'read' : 'write';
}
