import { createServer, type Server, type ServerOptions } from 'node:https';
import multipart from '@fastify/multipart';
import underPressure from '@fastify/under-pressure';
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { ALL_ROUTES } from '../api/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { admit, observe } from './admit.ts';
import { answerError } from './answer-error.ts';
import { sendAnswersTogether } from './answers-together.ts';
import { answerClientError } from './client-error.ts';
import { serveInference } from './inference/serve-inference.ts';
import { lastingPressure } from './lasting-pressure.ts';
import { MAX_PARAM_CHARS, type ServerLimits } from './limits.ts';
import { logRequest, measureRequest, traceRequest } from './log-request.ts';
import { serveOidcCallback } from './oidc-callback.ts';
import { describeApi } from './openapi.ts';
import { addBodyReaders } from './read-json.ts';
import { requestIdOf } from './request-id.ts';
import { limitRequestsPerConnection } from './requests-per-connection.ts';
import type { RequestsUnderWay } from './requests-under-way.ts';
import { addSecurityHeaders } from './security-headers.ts';
import { serveMetrics } from './serve-metrics.ts';
import { type AdapterDeps, serveRoutes } from './serve-routes.ts';
import type { SlowBodies } from './slow-bodies.ts';
import { type SecurityContact, serveWellKnown } from './well-known.ts';

/** What the application is made of. */
export interface AppDeps extends AdapterDeps {
  readonly limits: ServerLimits;
  readonly slowBodies: SlowBodies;
  readonly underWay: RequestsUnderWay;
  readonly contact: SecurityContact;
  readonly tls: ServerOptions;
  /** Proxies whose word on the client's address is taken. */
  readonly trustedProxies: readonly string[];
}

const PRESSURE_SAMPLE_MS = 500;
/** Every method that there is. */
const METHODS: ReadonlySet<string> = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT']);
const MAX_FORM_PARTS = 10_008;
const MAX_FORM_FIELD_BYTES = 1 << 20;

/** The application: what happens to every request, in this order, and every address there is. */
export async function createApp(deps: AppDeps): Promise<FastifyInstance<Server>> {
  const { limits, powers, log } = deps;
  const app = fastify<Server>({
    serverFactory: (handler) => createServer({ ...deps.tls, ...httpOptions(limits) }, handler),
    genReqId: (raw) => requestIdOf(raw.headers['x-request-id'], () => powers.randomId()),
    bodyLimit: limits.maxBodyBytes,
    routerOptions: { maxParamLength: MAX_PARAM_CHARS },
    trustProxy: deps.trustedProxies.length === 0 ? false : [...deps.trustedProxies],
    return503OnClosing: true,
    // Not its own logger: ours knows what may be told.
    logger: false,
    frameworkErrors: (error, request, reply) => {
      addSecurityHeaders(reply);
      void answerError(error, request, {
        reply: reply,
        log,
      });
    },
    clientErrorHandler: (error, socket) => answerClientError(error, socket, powers.randomId()),
  });
  decorate(app);
  deps.underWay.watch(app);
  limitRequestsPerConnection(app, limits.maxRequestsPerConnection);
  sendAnswersTogether(app);
  addHooks(app, deps);
  addBodyReaders(app, { powers, limits });
  await app.register(multipart, {
    limits: {
      fileSize: Number.POSITIVE_INFINITY,
      fieldSize: MAX_FORM_FIELD_BYTES,
      fields: 8,
      files: MAX_FORM_PARTS,
      parts: MAX_FORM_PARTS,
      headerPairs: 32,
    },
  });
  const assertNoPressure = lastingPressure(PRESSURE_SAMPLE_MS, () => Date.now());
  await app.register(underPressure, {
    maxEventLoopDelay: limits.maxEventLoopDelayMs,
    sampleInterval: PRESSURE_SAMPLE_MS,
    pressureHandler: (...[, , , delayMs]) => assertNoPressure(delayMs),
  });
  serveWellKnown(app, deps);
  serveOidcCallback(app, deps);
  serveMetrics(app, deps);
  serveDescription(app);
  const own = ALL_ROUTES.filter(({ words }) => words.base === undefined);
  serveRoutes(app, deps, own);
  await serveInference(app, deps);
  return app;
}

/** Before and after every request, and where one ends that nobody serves. */
function addHooks(app: FastifyInstance<Server>, deps: AppDeps): void {
  const { log, slowBodies, guard, metrics, tracer } = deps;
  app.addHook('onRequest', (request, reply, done) => {
    request.span = tracer?.begin(request.headers['traceparent']);
    addSecurityHeaders(reply);
    void reply.header('x-request-id', request.id);
    slowBodies.watch(request);
    const refusal = METHODS.has(request.method) ? admit(request, reply, guard) : unknownMethod(reply);
    if (refusal === undefined) done();
    else done(refusal);
  });
  app.addHook('onResponse', (request, reply, done) => {
    // Asked for once: the framework makes these options anew each time.
    const ended = { reply, row: request.routeOptions.config.row };
    logRequest(request, ended, log);
    measureRequest(request, ended, metrics?.metrics);
    traceRequest(request, ended);
    observe(request, reply, guard);
    done();
  });
  app.setErrorHandler((error, request, reply) => answerError(error, request, { reply, log }));
  app.setNotFoundHandler((request, reply) =>
    answerError(new StrongroomError('ROUTE_MISSING', 'there is nothing at this address'), request, {
      reply,
      log,
    }),
  );
}

/** Node reads more of them than the router knows, QUERY for one. */
function unknownMethod(reply: FastifyReply): StrongroomError {
  void reply.header('allow', [...METHODS].join(', '));
  return new StrongroomError('METHOD_NOT_ALLOWED', 'the server has no such method');
}

function httpOptions(limits: ServerLimits): ServerOptions {
  return {
    maxHeaderSize: limits.maxHeaderBytes,
    headersTimeout: limits.headersTimeoutMs,
    // Long uploads are welcome; SlowBodies looks after those who drip.
    requestTimeout: 0,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    connectionsCheckingInterval: 2000,
    insecureHTTPParser: false,
    requireHostHeader: true,
  };
}

function decorate(app: FastifyInstance<Server>): void {
  app.decorateRequest('caller', undefined);
  app.decorateRequest('credentialKind', undefined);
  app.decorateRequest('visit', undefined);
  app.decorateRequest('bodyFingerprint', undefined);
  app.decorateRequest('addressed', undefined);
  app.decorateRequest('span', undefined);
  app.decorateRequest('errorCode', undefined);
}

function serveDescription(app: FastifyInstance): void {
  let text: string | undefined;
  app.get('/api/v1/openapi.json', (_request, reply) => {
    text ??= JSON.stringify(describeApi());
    return reply
      .header('cache-control', 'public, max-age=300')
      .type('application/json; charset=utf-8')
      .send(text);
  });
}
