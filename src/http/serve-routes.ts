import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import {
  ALL_ROUTES,
  type CallRoute,
  type IdentityRoute,
  type ListRoute,
  type LongRoute,
  type Route,
} from '../api/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { admitCaller } from './admit.ts';
import { authenticate, originOf } from './authenticate.ts';
import { assertMatch, entityTag, isUnchanged } from './conditions.ts';
import { assertNotForeign } from './cross-site.ts';
import type { IdempotencyStore } from './idempotency.ts';
import type { LastingWork, ReadRoute } from './lasting-work.ts';
import { encodeLogIn } from './log-in-answer.ts';
import { answerOnce } from './once.ts';
import { pageOf } from './page.ts';
import type { ServerDeps } from './ports.ts';
import { toProblem } from './problem.ts';
import { linesOf, NDJSON, wantsProgress } from './progress-stream.ts';
import { apiOf, rawRequest, routerPaths, signalOf } from './route-request.ts';

/** What the adapter of the table works with. */
export interface AdapterDeps extends ServerDeps {
  readonly idempotency: IdempotencyStore;
  readonly lasting: LastingWork;
  /** Streams, by the id of their route. */
  readonly streams: ReadonlyMap<string, StreamHandler>;
}

/** Serves one stream route; it sends its answer itself. */
export type StreamHandler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** Registers rows of the table, and a 405 for every other method of their paths. */
export function serveRoutes(app: FastifyInstance, deps: AdapterDeps, routes: readonly Route[]): void {
  const methodsOf = new Map<string, Set<string>>();
  for (const route of routes) {
    for (const url of routerPaths(route)) {
      const methods = methodsOf.get(url) ?? new Set();
      methodsOf.set(url, methods.add(route.words.method));
      if (route.words.method === 'GET') methods.add('HEAD');
      app.route({
        method: methodsFor(route),
        url,
        config: { row: route },
        onRequest: (request, reply) => welcome(route, request, { reply, deps }),
        handler: (request, reply) => handle(route, request, { reply, deps }),
      });
    }
  }
  for (const [url, methods] of methodsOf) refuseOthers(app, url, methods);
}

/** A download tells the length of what it does not send itself; what is JSON leaves that to the framework. */
function methodsFor(route: Route): HTTPMethods | HTTPMethods[] {
  const { method } = route.words;
  return route.kind === 'stream' && method === 'GET' && route.gives.length > 0 ? ['GET', 'HEAD'] : method;
}

async function welcome(route: Route, request: FastifyRequest, { reply, deps }: Turn): Promise<void> {
  if (route.words.isOpen === true) {
    assertNotForeign(request);
    return;
  }
  await authenticate(request, deps.served.identity, route.words);
  admitCaller(request, reply, deps.guard);
}

interface Turn {
  readonly reply: FastifyReply;
  readonly deps: AdapterDeps;
}

async function handle(route: Route, request: FastifyRequest, turn: Turn): Promise<unknown> {
  const { reply, deps } = turn;
  switch (route.kind) {
    case 'stream': {
      const serve = deps.streams.get(route.words.id);
      if (serve === undefined) throw new Error(`nobody serves ${route.words.id}`);
      return await serve(request, reply);
    }
    case 'identity':
      return await logIn(route, request, turn);
    case 'list':
      return readAnswer(route, request, { reply, deps, answer: await listPage(route, request, deps) });
    case 'long':
      if (wantsProgress(request.headers.accept)) return sendLines(route, request, turn);
      return await answerOnce(route, request, { ...turn, work: () => call(route, request, turn) });
    case 'call': {
      if (request.method === 'GET' || request.method === 'HEAD') {
        const answer = await route.call(apiOf(request, deps), deps.lasting.readInput(route, request));
        return readAnswer(route, request, { reply, deps, answer });
      }
      await assertState(route, request, turn);
      return await answerOnce(route, request, { ...turn, work: () => call(route, request, turn) });
    }
  }
}

async function call(
  route: CallRoute<unknown, unknown> | LongRoute<unknown, unknown>,
  request: FastifyRequest,
  { reply, deps }: Turn,
): Promise<unknown> {
  const input = route.read(rawRequest(route, request));
  const api = apiOf(request, deps);
  if (route.kind === 'call') return route.encode(await route.call(api, input));
  return route.encode(await route.call(api, input, { signal: signalOf(reply) }));
}

async function listPage(
  route: ListRoute<unknown, unknown>,
  request: FastifyRequest,
  deps: AdapterDeps,
): Promise<unknown> {
  const input = route.read(rawRequest(route, request));
  const page = route.readPage(request.query);
  return pageOf(await route.call(apiOf(request, deps), input), route.order, page);
}

async function logIn(
  route: IdentityRoute<unknown, unknown>,
  request: FastifyRequest,
  { reply, deps }: Turn,
): Promise<unknown> {
  const input = route.read(rawRequest(route, request));
  const answer = await route.call(deps.served.identity, input, originOf(request));
  return reply.code(route.words.status ?? 200).send(encodeLogIn(route, reply, { input, answer }));
}

interface Read {
  readonly reply: FastifyReply;
  readonly deps: AdapterDeps;
  readonly answer: unknown;
}

/**
 * What was read, for the handler to return, under a tag of its very text, so that an unchanged answer need not be sent
 * again.
 */
function readAnswer(
  route: ReadRoute,
  request: FastifyRequest,
  { reply, deps, answer }: Read,
): string | FastifyReply {
  const { text, tag } = deps.lasting.write(route, answer);
  if (isUnchanged(request, reply, entityTag(tag))) return reply.code(304).send();
  void reply.code(route.words.status ?? 200).type('application/json; charset=utf-8');
  return text;
}

/** `If-Match` on a change: the state is what reading the same address gives to the same caller. */
async function assertState(route: Route, request: FastifyRequest, { deps }: Turn): Promise<void> {
  if (request.headers['if-match'] === undefined) return;
  const reading = ALL_ROUTES.find(
    (each) => each.kind === 'call' && each.words.method === 'GET' && each.words.path === route.words.path,
  );
  if (reading?.kind !== 'call') return;
  const input = reading.read({ ...rawRequest(reading, request), query: {}, body: undefined });
  const answer = await reading.call(apiOf(request, deps), input);
  assertMatch(request, entityTag(deps.lasting.write(reading, answer).tag));
}

function sendLines(route: LongRoute<unknown, unknown>, request: FastifyRequest, turn: Turn): FastifyReply {
  const { reply, deps } = turn;
  const input = route.read(rawRequest(route, request));
  const signal = signalOf(reply);
  const lines = linesOf(
    async (onProgress) => route.encode(await route.call(apiOf(request, deps), input, { signal, onProgress })),
    (error) => toProblem(error, request.id),
  );
  return reply.type(`${NDJSON}; charset=utf-8`).send(Readable.from(lines, { objectMode: false }));
}

function refuseOthers(app: FastifyInstance, url: string, methods: ReadonlySet<string>): void {
  const others = METHODS.filter((method) => !methods.has(method));
  const allow = [...methods].sort().join(', ');
  app.route({
    method: others,
    url,
    handler: (request, reply) => {
      void reply.header('allow', allow);
      throw new StrongroomError('METHOD_NOT_ALLOWED', `${request.method} is not possible here, ${allow} are`);
    },
  });
}
