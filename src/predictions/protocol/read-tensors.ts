import type { Tensor } from '../../bytes/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import { readBinaryTensor } from './binary-tensor.ts';
import { binarySize, type Parameters, type TensorDocument } from './documents.ts';
import { readJsonTensor } from './json-tensor.ts';
import { refuseDocument, refuseTensor } from './refuse-tensor.ts';

/** Parameters that ask for what this server never does: reading memory by its name, keeping state between requests. */
const UNSUPPORTED = /^(?:shared_memory_|sequence_)/;

/**
 * Tensors by their documents, those in binary as views of `binary`, which they take in their order and to its end.
 * Throws `TENSOR_INVALID`, `REQUEST_MALFORMED`, `PREDICTION_UNSUPPORTED`.
 */
export function readTensors(documents: readonly TensorDocument[], binary: Uint8Array): readonly Tensor[] {
  let at = 0;
  const tensors = documents.map((document) => {
    assertSupported(document.parameters);
    const size = sizeOf(document);
    if (size === undefined) return readJsonTensor(document, document.data);
    if (document.data !== undefined) throw refuseTensor(document, 'it has data and binary data');
    if (size > binary.length - at)
      throw refuseTensor(document, `its binary data of ${size} bytes goes beyond the body`);
    at += size;
    return readBinaryTensor(document, binary.subarray(at - size, at));
  });
  if (at !== binary.length)
    throw refuseDocument(`${binary.length - at} bytes of binary data belong to no tensor`);
  return tensors;
}

function sizeOf(document: TensorDocument): number | undefined {
  const given = document.parameters?.['binary_data_size'];
  if (given === undefined) return undefined;
  const size = binarySize.safeParse(given);
  if (!size.success) throw refuseTensor(document, 'its binary_data_size is no number of bytes');
  return size.data;
}

/** Refuses what would be dangerous, or wrong when it is left alone. Throws `PREDICTION_UNSUPPORTED`. */
export function assertSupported(parameters: Parameters | undefined): void {
  for (const name of Object.keys(parameters ?? {})) {
    if (UNSUPPORTED.test(name))
      throw new StrongroomError('PREDICTION_UNSUPPORTED', 'shared memory and sequences are not for use here');
  }
}
