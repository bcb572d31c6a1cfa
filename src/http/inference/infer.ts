import type { FastifyReply, FastifyRequest } from 'fastify';
import type { PredictionsApi, VersionRef } from '../../api/index.ts';
import { decodeRequest, encodeResponse } from '../../predictions/index.ts';
import { apiOf } from '../route-request.ts';
import { wholeBody } from './bodies.ts';
import type { InferenceDeps } from './inference-deps.ts';
import { packedBody } from './send.ts';
import { addressedModel } from './served-ref.ts';

const HEADER_LENGTH = 'inference-header-content-length';

/** Asks a model with tensors, as the Open Inference Protocol and Triton's binary extension have it. */
export async function infer(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: InferenceDeps,
): Promise<string | Buffer> {
  const { ref, name } = addressedModel(request);
  const { predictions } = apiOf(request, deps);
  const body = await wholeBody(request, deps.limits);
  const header = request.headers[HEADER_LENGTH];
  const asked = decodeRequest(body, header === undefined ? undefined : String(header));
  const { inputs, outputs, deadlineMs, decidedVersion } = asked;
  const answer = await predictions.infer({
    ...ref,
    inputs,
    ...(outputs && { outputs: outputs.map((output) => output.name) }),
    ...(deadlineMs !== undefined && { deadlineMs }),
    ...(decidedVersion !== undefined && { decidedVersion }),
  });
  const labels = outputs?.some(({ classes }) => classes !== undefined)
    ? await labelsOf(predictions, { ...ref, version: answer.version })
    : undefined;
  const message = encodeResponse({
    modelName: name,
    asked,
    answer,
    labelsOf: (output) => labels?.get(output),
  });
  if (message.headerLength === undefined) void reply.type('application/json');
  else void reply.type('application/octet-stream').header(HEADER_LENGTH, String(message.headerLength));
  return packedBody(request, reply, message.body);
}

/** Names of classes, where an output is asked for as a classification. */
async function labelsOf(
  predictions: PredictionsApi,
  { model, version }: VersionRef,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const labels = new Map<string, readonly string[]>();
  const { signature, schema } = await predictions.metadata({
    model,
    ...(version !== undefined && { version }),
  });
  for (const output of signature.outputs) {
    const own = schema?.labels ?? output.labels;
    if (own !== undefined) labels.set(output.name, own);
  }
  return labels;
}
