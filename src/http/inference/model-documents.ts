import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ServedModel, SignatureTensor, TimedCount, VersionStatistics } from '../../api/index.ts';
import { apiOf } from '../route-request.ts';
import type { InferenceDeps } from './inference-deps.ts';
import { sendJson } from './send.ts';
import { addressedModel } from './served-ref.ts';

// Documents about models, of the Open Inference Protocol v2 and of Triton's extensions of it.

/** What a model takes and gives. */
export async function modelMetadata(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: InferenceDeps,
): Promise<FastifyReply> {
  const { ref, name } = addressedModel(request);
  const { versions, version, platform, signature } = await apiOf(request, deps).predictions.metadata(ref);
  const isOne = ref.version !== undefined || ref.alias !== undefined;
  return sendJson(reply, {
    name,
    versions: (isOne ? [version] : versions).map(String),
    platform,
    inputs: signature.inputs.map(tensorDocument),
    outputs: signature.outputs.map(tensorDocument),
  });
}

function tensorDocument({ name, datatype, shape }: SignatureTensor): object {
  return { name, datatype, shape };
}

/** The same as Triton's configuration of a model, as far as there is something to say. */
export async function modelConfig(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: InferenceDeps,
): Promise<FastifyReply> {
  const { ref, name } = addressedModel(request);
  const served = await apiOf(request, deps).predictions.metadata(ref);
  return sendJson(reply, configDocument(name, served));
}

function configDocument(name: string, { platform, signature }: ServedModel): object {
  const tensor = (spec: SignatureTensor): object => ({
    name: spec.name,
    data_type: spec.datatype === 'BYTES' ? 'TYPE_STRING' : `TYPE_${spec.datatype}`,
    dims: spec.shape,
  });
  return {
    name,
    platform,
    backend: 'onnxruntime',
    // The dimensions above are whole: none is added for a batch.
    max_batch_size: 0,
    input: signature.inputs.map(tensor),
    output: signature.outputs.map(tensor),
  };
}

/** Whether a model can be asked. Who wants to know wants to ask, so it is loaded where it is not. */
export async function modelReady(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: InferenceDeps,
): Promise<FastifyReply> {
  const { ref, name } = addressedModel(request);
  const { predictions } = apiOf(request, deps);
  if (!(await predictions.isReady(ref))) await predictions.metadata(ref);
  return sendJson(reply, { name, ready: true });
}

/** How often a model was asked, and what it took. */
export async function modelStatistics(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: InferenceDeps,
): Promise<FastifyReply> {
  const { ref } = addressedModel(request);
  return sendJson(reply, statisticsDocument(await apiOf(request, deps).predictions.statistics(ref)));
}

/** The same of all models. */
export async function allStatistics(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: InferenceDeps,
): Promise<FastifyReply> {
  return sendJson(reply, statisticsDocument(await apiOf(request, deps).predictions.statistics()));
}

const NOTHING: TimedCount = { count: 0, ns: 0 };

function statisticsDocument(all: readonly VersionStatistics[]): object {
  return {
    model_stats: all.map((one) => ({
      name: one.model,
      version: String(one.version),
      // Milliseconds since 1970.
      last_inference: one.lastInference === undefined ? 0 : Date.parse(one.lastInference),
      inference_count: one.inferenceCount,
      execution_count: one.executionCount,
      inference_stats: {
        success: one.success,
        fail: one.fail,
        queue: one.queue,
        compute_input: one.computeInput,
        compute_infer: one.computeInfer,
        compute_output: one.computeOutput,
        cache_hit: NOTHING,
        cache_miss: NOTHING,
      },
      batch_stats: one.batches.map(({ batchSize, computeInput, computeInfer, computeOutput }) => ({
        batch_size: batchSize,
        compute_input: computeInput,
        compute_infer: computeInfer,
        compute_output: computeOutput,
      })),
    })),
  };
}
