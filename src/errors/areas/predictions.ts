import type { ErrorEntry } from '../kinds.ts';

export const PREDICTION_ERRORS = {
  TENSOR_INVALID: {
    kind: 'invalid',
    hint: 'ask for the model’s metadata: it says names, datatypes and shapes of what it takes',
  },
  TENSOR_VALUE: {
    kind: 'invalid',
    hint: 'the model’s schema says which values it takes: strongroom schema show MODEL',
  },
  FEATURE_INVALID: {
    kind: 'invalid',
    hint: 'send the features that the model takes, in their order or by their names: strongroom schema show MODEL',
  },
  SCHEMA_MISSING: {
    kind: 'missing',
    hint: 'set one with strongroom schema set, or learn it from a sample with strongroom schema learn',
  },
  SCHEMA_INVALID: { kind: 'invalid', hint: 'docs/guides/predictions.md shows what a schema consists of' },
  SCHEMA_MISMATCH: {
    kind: 'conflict',
    hint: 'set a schema whose features are the columns of the model’s inputs, in their order',
  },
  PREDICTION_UNSUPPORTED: {
    kind: 'invalid',
    hint: 'send tensors in the body, one request by itself; models are loaded as they are stored, with no settings of a caller',
  },
  RUNTIME_MISSING: {
    kind: 'unavailable',
    hint: 'predictions need ONNX Runtime beside strongroom: npm install onnxruntime-node',
  },
  MODEL_UNSERVABLE: {
    kind: 'conflict',
    hint: 'predictions need one ONNX file, whole in itself, with the operators that ONNX Runtime has',
  },
  MODEL_TOO_LARGE: {
    kind: 'unavailable',
    hint: 'let runners have more memory, or serve a smaller form of the model',
  },
  PREDICTION_BUSY: {
    kind: 'unavailable',
    hint: 'too much is waiting for this model; try again as late as Retry-After says',
  },
  PREDICTION_UNAVAILABLE: {
    kind: 'unavailable',
    hint: 'the process that held the model ended and is started again; try again',
  },
  PREDICTION_TIMEOUT: {
    kind: 'unavailable',
    hint: 'ask with fewer rows, or let the model have a longer deadline',
  },
  ROLLOUT_MISSING: {
    kind: 'missing',
    hint: 'begin one with: strongroom rollout set MODEL:ALIAS --canary VERSION',
  },
} as const satisfies Record<string, ErrorEntry>;
