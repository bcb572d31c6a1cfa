import type { FastifyReply, FastifyRequest } from 'fastify';
import { API_PREFIX, type FullApi, type RawRequest, type Route } from '../api/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { ServerDeps } from './ports.ts';

/** A route's paths as the router has them, its own first. */
export function routerPaths({ words }: Pick<Route, 'words'>): readonly string[] {
  const { base = API_PREFIX, path, alsoAt = [] } = words;
  return [path, ...alsoAt].map(
    (each) => `${base}${each.replace(/\{\w+\.\.\.\}$/, '*').replace(/\{(\w+)\}/g, ':$1')}`,
  );
}

/** The pieces of a request, under the names that the route has for them. */
export function rawRequest({ words }: Pick<Route, 'words'>, request: FastifyRequest): RawRequest {
  const { query, body } = request;
  const all = request.params as Record<string, string>;
  if (!words.path.endsWith('...}')) return { params: all, query, body };
  const { '*': rest, ...params } = all;
  const restName = /\{(\w+)\.\.\.\}$/.exec(words.path)?.[1];
  return { params: restName === undefined ? params : { ...params, [restName]: rest }, query, body };
}

/** The strongroom as the caller of a request may use it. */
export function apiOf(request: FastifyRequest, deps: Pick<ServerDeps, 'served'>): FullApi {
  if (request.caller === undefined) {
    throw new StrongroomError('INTERNAL', 'a request came to its work without a caller');
  }
  return deps.served.apiFor(request.caller);
}

/** Ends when the client goes away before it has its answer. */
export function signalOf(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  const { raw } = reply;
  if (raw.destroyed) controller.abort();
  raw.once('close', () => {
    if (!raw.writableFinished) controller.abort();
  });
  return controller.signal;
}
