import type * as OnnxRuntime from 'onnxruntime-node';
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import type { Datatype, NumericDatatype, Tensor, TensorSpec } from '../../bytes/index.ts';

/** ONNX Runtime, which is there or not. */
export type Ort = typeof OnnxRuntime;

/** A model that is loaded, inside the process that holds it. */
export interface LoadedModel {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  run(inputs: readonly Tensor[], outputs: readonly string[]): Promise<RunOutcome>;
}

/** What a run gave, and nanoseconds of its three parts. */
export interface RunOutcome {
  readonly tensors: readonly Tensor[];
  readonly inputNs: number;
  readonly inferNs: number;
  readonly outputNs: number;
}

/** What memory is in JavaScript, by the type of an element. */
type Memory = readonly [buffer: ArrayBuffer, offset: number, bytes: number];

const NUMBERS: Record<
  Exclude<NumericDatatype, 'BF16'>,
  (ort: Ort, memory: Memory, shape: number[]) => OrtTensor
> = {
  BOOL: (ort, [at, start, bytes], shape) => new ort.Tensor('bool', new Uint8Array(at, start, bytes), shape),
  UINT8: (ort, [at, start, bytes], shape) => new ort.Tensor('uint8', new Uint8Array(at, start, bytes), shape),
  INT8: (ort, [at, start, bytes], shape) => new ort.Tensor('int8', new Int8Array(at, start, bytes), shape),
  UINT16: (ort, [at, start, bytes], shape) =>
    new ort.Tensor('uint16', new Uint16Array(at, start, bytes / 2), shape),
  INT16: (ort, [at, start, bytes], shape) =>
    new ort.Tensor('int16', new Int16Array(at, start, bytes / 2), shape),
  FP16: (ort, [at, start, bytes], shape) =>
    new ort.Tensor('float16', new Uint16Array(at, start, bytes / 2), shape),
  UINT32: (ort, [at, start, bytes], shape) =>
    new ort.Tensor('uint32', new Uint32Array(at, start, bytes / 4), shape),
  INT32: (ort, [at, start, bytes], shape) =>
    new ort.Tensor('int32', new Int32Array(at, start, bytes / 4), shape),
  FP32: (ort, [at, start, bytes], shape) =>
    new ort.Tensor('float32', new Float32Array(at, start, bytes / 4), shape),
  UINT64: (ort, [at, start, bytes], shape) =>
    new ort.Tensor('uint64', new BigUint64Array(at, start, bytes / 8), shape),
  INT64: (ort, [at, start, bytes], shape) =>
    new ort.Tensor('int64', new BigInt64Array(at, start, bytes / 8), shape),
  FP64: (ort, [at, start, bytes], shape) =>
    new ort.Tensor('float64', new Float64Array(at, start, bytes / 8), shape),
};

const DATATYPES: Partial<Record<OrtTensor.Type, Datatype>> = {
  bool: 'BOOL',
  uint8: 'UINT8',
  uint16: 'UINT16',
  uint32: 'UINT32',
  uint64: 'UINT64',
  int8: 'INT8',
  int16: 'INT16',
  int32: 'INT32',
  int64: 'INT64',
  float16: 'FP16',
  float32: 'FP32',
  float64: 'FP64',
  string: 'BYTES',
};

/** Loads a model out of memory. Throws what ONNX Runtime throws, which may tell of the graph, and `UnsupportedType`. */
export async function loadModel(
  ort: Ort,
  model: Uint8Array,
  { threads }: { readonly threads: number },
): Promise<LoadedModel> {
  const session = await ort.InferenceSession.create(model, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    // Nobody reads it, and it would tell of the graph.
    logSeverityLevel: 4,
  });
  return {
    inputs: session.inputMetadata.map(specOf),
    // Sequences and maps cannot be passed on; the other outputs of their models can.
    outputs: session.outputMetadata.filter(({ isTensor }) => isTensor).map(specOf),
    run: (inputs, outputs) => runModel(ort, session, { inputs, outputs }),
  };
}

/** An input or output of a type that cannot be passed on. */
export class UnsupportedType extends Error {}

function specOf(metadata: InferenceSession.ValueMetadata): TensorSpec {
  const datatype = metadata.isTensor ? DATATYPES[metadata.type] : undefined;
  if (!metadata.isTensor || datatype === undefined) throw new UnsupportedType(metadata.name);
  const shape = metadata.shape.map((dimension) => (typeof dimension === 'number' ? dimension : -1));
  return { name: metadata.name, datatype, shape };
}

async function runModel(
  ort: Ort,
  session: InferenceSession,
  { inputs, outputs }: { readonly inputs: readonly Tensor[]; readonly outputs: readonly string[] },
): Promise<RunOutcome> {
  const started = performance.now();
  const feeds = Object.fromEntries(inputs.map((tensor) => [tensor.name, toOrt(ort, tensor)]));
  const fed = performance.now();
  const results = await session.run(feeds, outputs);
  const computed = performance.now();
  const tensors = outputs.map((name) => fromOrt(name, results[name]));
  return {
    tensors,
    inputNs: nanoseconds(fed - started),
    inferNs: nanoseconds(computed - fed),
    outputNs: nanoseconds(performance.now() - computed),
  };
}

function nanoseconds(ms: number): number {
  return Math.round(ms * 1e6);
}

function toOrt(ort: Ort, tensor: Tensor): OrtTensor {
  const shape = [...tensor.shape];
  if (tensor.datatype === 'BYTES') return new ort.Tensor('string', tensor.strings, shape);
  if (tensor.datatype === 'BF16') throw new UnsupportedType(tensor.name);
  const { buffer, byteOffset, byteLength } = tensor.data;
  return NUMBERS[tensor.datatype](ort, [buffer as ArrayBuffer, byteOffset, byteLength], shape);
}

function fromOrt(name: string, result: OrtTensor | undefined): Tensor {
  const datatype = result && DATATYPES[result.type];
  if (result === undefined || datatype === undefined) throw new UnsupportedType(name);
  const [shape, data] = [[...result.dims], result.data];
  if (datatype === 'BYTES') return { name, datatype, shape, strings: data as readonly string[] };
  const { buffer, byteOffset, byteLength } = data as Uint8Array;
  return { name, datatype, shape, data: new Uint8Array(buffer, byteOffset, byteLength) };
}
