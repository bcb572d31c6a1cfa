import { type ByteSource, quoteText } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { type OnnxDocument, readOnnx } from '../formats/index.ts';

/** What a graph tells of how it may be served. */
export interface ModelDescription {
  /** One scale for everything that is computed together: a neighbour’s row would change the answer and show in it. */
  readonly isDynamicallyQuantised: boolean;
}

/** Domains whose operators ONNX Runtime has built in. */
const RUNTIME_DOMAINS: ReadonlySet<string> = new Set([
  '',
  'ai.onnx',
  'ai.onnx.ml',
  'ai.onnx.preview',
  'ai.onnx.training',
  'ai.onnx.preview.training',
  'com.microsoft',
  'com.microsoft.experimental',
  'com.microsoft.nchwc',
  'com.ms.internal.nhwc',
]);

/** Operators that choose a scale from their input, or live on one that was (onnx.ai, and contrib operators of ORT). */
const DYNAMIC_QUANTISATION =
  /^(?:DynamicQuantize(?:Linear|MatMul|LSTM)|MatMulInteger(?:16|ToFloat)?|ConvInteger|QAttention|QEmbedLayerNormalization)$/;

/**
 * Looks into a model before it is loaded. Throws `MODEL_UNSERVABLE` for tensors in other files, for operators that need a
 * library of somebody’s own, and for what is no ONNX model that could be read to its end.
 */
export async function describeModel(source: ByteSource): Promise<ModelDescription> {
  const document = await readOnnx(source);
  if (document.problems.length > 0 || document.nodeCount === 0) {
    throw new StrongroomError('MODEL_UNSERVABLE', 'the file is not a well-formed ONNX model');
  }
  if (document.externalTensors.length > 0) {
    throw new StrongroomError('MODEL_UNSERVABLE', 'the model has tensors in other files', {
      hint: 'save it as one file: onnx.save(model, path, save_as_external_data=False)',
    });
  }
  assertOperators(document);
  return {
    isDynamicallyQuantised: document.operators.some(({ operator }) => DYNAMIC_QUANTISATION.test(operator)),
  };
}

function assertOperators({ operators, functions }: OnnxDocument): void {
  const own = new Set(functions);
  const foreign = operators.find(
    ({ domain, operator }) => !RUNTIME_DOMAINS.has(domain) && !own.has(`${domain}:${operator}`),
  );
  if (foreign === undefined) return;
  const told = `the model has operators of the domain ${quoteText(foreign.domain.slice(0, 80))}, which need a library of their own`;
  throw new StrongroomError('MODEL_UNSERVABLE', told);
}
