import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type PredictionAct, ROUTES } from '../../api/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import type { ServerLimits } from '../limits.ts';
import { isQuestion } from '../route-class.ts';
import { type AdapterDeps, serveRoutes } from '../serve-routes.ts';
import { addressedModel } from './served-ref.ts';

/** Bodies that go through as they arrive; everything else is read whole, whatever it is called. */
const STREAMED = ['text/csv', 'application/x-ndjson', 'application/ndjson', 'application/jsonl'];

/** Parts of Triton's protocol that would reach into this machine, or change how all of it works. */
const REFUSED = [
  '/v2/systemsharedmemory*',
  '/v2/cudasharedmemory*',
  '/v2/tpusharedmemory*',
  '/v2/logging*',
  '/v2/trace*',
  '/v2/models/:name/trace*',
] as const;

/** Serves the addresses of predictions, whose bodies are none of the API's JSON documents. */
export async function serveInference(
  app: FastifyInstance,
  deps: AdapterDeps & { readonly limits: ServerLimits },
): Promise<void> {
  await app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      '*',
      { parseAs: 'buffer', bodyLimit: deps.limits.maxPredictionBytes },
      (_request, body, parsed) => parsed(null, body),
    );
    // Between who is asking and the first byte of what they ask.
    scope.addHook('preParsing', async (request) => {
      await assertMayAsk(request, deps);
    });
    scope.addContentTypeParser(STREAMED, (_request, payload, parsed) => parsed(null, payload));
    serveRoutes(scope, deps, Object.values(ROUTES.inference));
    for (const url of REFUSED) scope.all(url, { onRequest: refuse }, refuse);
    done();
  });
}

/** Who may not do what they ask for has no body read, unpacked or decoded. */
function assertMayAsk(request: FastifyRequest, { served }: AdapterDeps): Promise<void> {
  const asked = askedOf(request);
  if (asked === undefined || request.caller === undefined) return Promise.resolve();
  return served.assertMayAsk(request.caller, asked);
}

/** What is asked for by the address alone; `undefined` where no body comes along. */
function askedOf(request: FastifyRequest): PredictionAct | undefined {
  const row = request.routeOptions.config.row;
  if (row === undefined) return undefined;
  const { index, load, unload } = ROUTES.inference;
  if (row === index) return { verb: 'index' };
  const verb = isQuestion(row) ? 'infer' : row === load ? 'load' : row === unload ? 'unload' : undefined;
  return verb && { verb, ref: addressedModel(request).ref };
}

function refuse(): Promise<never> {
  return Promise.reject(
    new StrongroomError(
      'PREDICTION_UNSUPPORTED',
      'shared memory, traces and the settings of the log are not for callers',
    ),
  );
}
