import { ROUTES } from '../../api/index.ts';
import type { StreamHandler } from '../serve-routes.ts';
import { infer } from './infer.ts';
import type { InferenceDeps } from './inference-deps.ts';
import { allStatistics, modelConfig, modelMetadata, modelReady, modelStatistics } from './model-documents.ts';
import { predict } from './predict.ts';
import { loadModel, modelList, repositoryIndex, unloadModel } from './repository.ts';
import { serverLive, serverMetadata, serverReady } from './server-documents.ts';

/** Who serves which address of predictions. */
export function inferenceHandlers(deps: InferenceDeps): ReadonlyMap<string, StreamHandler> {
  const { inference } = ROUTES;
  const handlers = {
    live: serverLive,
    ready: serverReady,
    server: serverMetadata,
    models: modelList,
    statistics: allStatistics,
    metadata: modelMetadata,
    config: modelConfig,
    modelReady,
    modelStatistics,
    infer,
    index: repositoryIndex,
    load: loadModel,
    unload: unloadModel,
    predict,
  } satisfies Record<keyof typeof inference, unknown>;
  return new Map(
    Object.entries(inference).map(([name, { words }]): [string, StreamHandler] => {
      const handler = handlers[name as keyof typeof inference];
      return [words.id, async (request, reply) => await handler(request, reply, deps)];
    }),
  );
}
