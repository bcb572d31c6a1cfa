import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { StrongroomError } from '../../errors/index.ts';
import { readJson } from '../read-json.ts';
import { apiOf } from '../route-request.ts';
import { wholeBody } from './bodies.ts';
import type { InferenceDeps } from './inference-deps.ts';
import { sendJson } from './send.ts';
import { addressedModel } from './served-ref.ts';

// Triton's extensions for model repositories, as far as they ask or ask for what a caller may decide.

const indexBody = z.strictObject({ ready: z.boolean().exactOptional() });
const loadBody = z.strictObject({ parameters: z.record(z.string(), z.unknown()).exactOptional() });

/** The versions that the caller may ask, and whether they are loaded. */
export async function repositoryIndex(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: InferenceDeps,
): Promise<FastifyReply> {
  const { ready } = indexBody.parse(await documentOf(request, deps));
  const all = await apiOf(request, deps).predictions.index();
  const shown = ready === true ? all.filter(({ state }) => state === 'ready') : all;
  return sendJson(
    reply,
    shown.map(({ model, version, state, reason }) => ({
      name: model,
      version: String(version),
      state: state.toUpperCase(),
      reason,
    })),
  );
}

/** The names of the models that the caller may ask, as KServe lists them. */
export async function modelList(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: InferenceDeps,
): Promise<FastifyReply> {
  const all = await apiOf(request, deps).predictions.index();
  return sendJson(reply, { models: [...new Set(all.map(({ model }) => model))] });
}

/** Loads a model as it is stored. Throws `PREDICTION_UNSUPPORTED` for one that a caller brings along. */
export async function loadModel(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: InferenceDeps,
): Promise<FastifyReply> {
  const { parameters = {} } = loadBody.parse(await documentOf(request, deps));
  if (Object.keys(parameters).length > 0) {
    throw new StrongroomError(
      'PREDICTION_UNSUPPORTED',
      'models are loaded as they are stored: no files and no configuration come with the request',
    );
  }
  await apiOf(request, deps).predictions.load(addressedModel(request).ref);
  return sendJson(reply, {});
}

/** Ends the process that holds a model. */
export async function unloadModel(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: InferenceDeps,
): Promise<FastifyReply> {
  // Triton's clients send `unload_dependents`; nothing depends on a model here.
  loadBody.parse(await documentOf(request, deps));
  await apiOf(request, deps).predictions.unload(addressedModel(request).ref);
  return sendJson(reply, {});
}

/** The document of a request; none is an empty one. */
async function documentOf(request: FastifyRequest, deps: InferenceDeps): Promise<unknown> {
  const body = await wholeBody(request, deps.limits);
  return body.length === 0 ? {} : readJson(body);
}
