import { z } from 'zod';
import { DATATYPES } from '../../bytes/index.ts';
import { MAX_CLASSES, MAX_PARAMETERS, MAX_RANK, MAX_TENSORS, MAX_TEXT_CHARS } from './limits.ts';

// The documents of the Open Inference Protocol v2 (kserve/open-inference-protocol, inference_rest.md) with the
// extensions of Triton that its clients use by themselves: binary tensor data, classification.

const text = z.string().max(MAX_TEXT_CHARS);
const name = text.min(1);
const parameter = z.union([text, z.number(), z.bigint(), z.boolean()]);

/** Parameters that mean something here; whatever else stands there is left alone. */
const parameters = z
  .record(text, parameter)
  .refine((all) => Object.keys(all).length <= MAX_PARAMETERS, `more than ${MAX_PARAMETERS} parameters`)
  .exactOptional();

const tensor = {
  name,
  datatype: z.enum(DATATYPES),
  shape: z.array(z.int().min(0)).max(MAX_RANK),
  parameters,
  /** Absent where the tensor is binary. It is looked at with the shape. */
  data: z.unknown().optional(),
};

/** What is asked: tensors in, and which ones out. */
export const requestDocument = z.strictObject({
  id: text.exactOptional(),
  // Some clients repeat the address.
  model_name: text.exactOptional(),
  model_version: text.nullable().exactOptional(),
  parameters,
  inputs: z.array(z.strictObject(tensor)).max(MAX_TENSORS),
  outputs: z.array(z.strictObject({ name, parameters })).max(MAX_TENSORS).exactOptional(),
});

/** What is answered. */
export const responseDocument = z.object({
  model_name: text,
  model_version: text.exactOptional(),
  id: text.exactOptional(),
  outputs: z.array(z.object(tensor)).max(MAX_TENSORS),
});

/** A size of binary data, in bytes. */
export const binarySize = z.int().min(0);
export const classCount = z.int().min(0).max(MAX_CLASSES);
export const versionNumber = z.int().min(1);

export type Parameters = Readonly<Record<string, z.infer<typeof parameter>>>;
export type TensorDocument = z.infer<typeof requestDocument>['inputs'][number];
