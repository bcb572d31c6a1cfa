import { z } from 'zod';
import { type Inference, parseVersionRef } from '../../api/index.ts';
import { responseDocument } from './documents.ts';
import { divideBody, readDocument } from './read-document.ts';
import { readTensors } from './read-tensors.ts';
import { refuseDocument } from './refuse-tensor.ts';

const versionText = z.string().regex(/^[1-9]\d{0,8}$/);

/**
 * Reads an answer of the Open Inference Protocol to a question about `model`. Throws `REQUEST_MALFORMED` and
 * `TENSOR_INVALID` for what is none.
 */
export function decodeResponse(body: Uint8Array, headerLength?: string): Inference {
  const { document, binary } = divideBody(body, headerLength);
  const { model_name: model, model_version: version, outputs } = readDocument(document, responseDocument);
  const number = versionText.safeParse(version);
  if (!number.success) throw refuseDocument('/model_version: no number of a version');
  return {
    model: parseVersionRef(model).model,
    version: Number(number.data),
    outputs: readTensors(outputs, binary),
  };
}
