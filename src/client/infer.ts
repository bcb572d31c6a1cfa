import { type Inference, type InferInput, ROUTES } from '../api/index.ts';
import { collectBytes } from '../bytes/index.ts';
import { decodeResponse, encodeRequest } from '../predictions/index.ts';
import { written } from './calls.ts';
import type { IncomingAnswer } from './transport.ts';
import { unexpectedAnswer, type Wire } from './wire.ts';

/** Largest answer to one question, in bytes. */
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;
const HEADER_LENGTH = 'inference-header-content-length';

/** Asks a model by the Open Inference Protocol, with its tensors in binary. */
export async function infer(
  wire: Wire,
  { inputs, outputs, deadlineMs, decidedVersion, ...ref }: InferInput,
): Promise<Inference> {
  const route = ROUTES.inference.infer;
  const { body, headerLength } = encodeRequest({
    inputs,
    ...(outputs && { outputs }),
    ...(deadlineMs !== undefined && { deadlineMs }),
    ...(decidedVersion !== undefined && { decidedVersion }),
  });
  const request = {
    method: route.words.method,
    target: written(route, ref).path,
    headers: {
      'content-type': 'application/octet-stream',
      ...(headerLength !== undefined && { [HEADER_LENGTH]: String(headerLength) }),
    },
    body,
    // It changes nothing to be asked twice.
    repeat: 'safe',
  } as const;
  return await wire.ask(request, readAnswer);
}

async function readAnswer(answer: IncomingAnswer): Promise<Inference> {
  const bytes = await collectBytes(answer.body, MAX_ANSWER_BYTES);
  try {
    return decodeResponse(bytes, answer.header(HEADER_LENGTH));
  } catch (cause) {
    throw unexpectedAnswer(cause);
  }
}
