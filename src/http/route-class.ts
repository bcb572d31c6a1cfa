import type { Route, RouteClass } from '../api/index.ts';

/** The class of a row; `other` beside the table. */
export function routeClassOf(row: Route | undefined): RouteClass {
  if (row === undefined) return 'other';
  const { id, method } = row.words;
  if (row.kind === 'identity') return 'log-in';
  if (id.startsWith('predictions.')) return 'predict';
  if (row.kind === 'stream') return 'content';
  return method === 'GET' ? 'read' : 'write';
}
