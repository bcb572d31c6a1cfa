import type { InputSchema, ModelSignature, SignatureTensor } from '../../api/index.ts';
import { countElements, ELEMENT_BYTES, quoteText, type Tensor } from '../../bytes/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import { assertFeatures } from './assert-features.ts';
import { assertFinite } from './assert-finite.ts';

/** Longest text where the schema says nothing, in characters. */
const MAX_TEXT_CHARS = 10_000;
/** Most elements of one input: what a gibibyte of the smallest ones is. */
const MAX_ELEMENTS = 1 << 30;

/**
 * Holds what a caller sends against what the model declares, and against what its operator says beyond that: names,
 * datatypes, ranks, dimensions, sizes, then values. Nothing of it depends on the model's inside. Throws
 * `TENSOR_INVALID` for the form and `TENSOR_VALUE` for a value, naming the field; `SCHEMA_MISMATCH`.
 */
export function validateInputs(
  inputs: readonly Tensor[],
  signature: ModelSignature,
  schema?: InputSchema,
): void {
  assertNames(inputs, signature);
  for (const spec of signature.inputs) {
    const tensor = inputs.find(({ name }) => name === spec.name);
    if (tensor === undefined) continue;
    assertForm(tensor, spec);
    assertTexts(tensor, schema?.maxTextChars ?? MAX_TEXT_CHARS);
    if (schema?.nonFinite !== 'admit') assertFinite(tensor);
  }
  if (schema !== undefined) assertFeatures(inputs, signature, schema);
}

/** Holds the outputs that are asked for against those that there are. Throws `TENSOR_INVALID`. */
export function validateOutputs(outputs: readonly string[], signature: ModelSignature): void {
  assertOnce(outputs, 'output');
  const known = new Set(signature.outputs.map(({ name }) => name));
  const other = outputs.find((name) => !known.has(name));
  if (other !== undefined) throw refuse(`the model has no output ${shown(other)}`);
}

function assertNames(inputs: readonly Tensor[], signature: ModelSignature): void {
  if (isOneAndOnly(inputs, signature)) return;
  const given = inputs.map(({ name }) => name);
  assertOnce(given, 'input');
  const known = new Set(signature.inputs.map(({ name }) => name));
  const other = given.find((name) => !known.has(name));
  if (other !== undefined) throw refuse(`the model has no input ${shown(other)}`);
  const missing = [...known].find((name) => !given.includes(name));
  if (missing !== undefined) throw refuse(`the input ${shown(missing)} is missing`);
}

/** Nearly all models take one input. */
function isOneAndOnly(inputs: readonly Tensor[], signature: ModelSignature): boolean {
  return (
    inputs.length === 1 && signature.inputs.length === 1 && inputs[0]?.name === signature.inputs[0]?.name
  );
}

function assertOnce(names: readonly string[], what: string): void {
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw refuse(`the ${what} ${shown(twice)} stands twice`);
}

function assertForm(tensor: Tensor, spec: SignatureTensor): void {
  const { name, datatype, shape } = tensor;
  if (datatype !== spec.datatype)
    throw refuse(`input ${shown(name)}: its datatype is ${datatype}, and the model takes ${spec.datatype}`);
  if (shape.length !== spec.shape.length) {
    throw refuse(
      `input ${shown(name)}: it has ${shape.length} dimensions, and the model takes ${spec.shape.length}`,
    );
  }
  const wrong = shape.findIndex((dimension, at) => !fits(dimension, spec.shape[at] ?? -1));
  if (wrong >= 0) {
    const wanted = spec.shape[wrong] === -1 ? 'at least 1' : String(spec.shape[wrong]);
    throw refuse(
      `input ${shown(name)}: dimension ${wrong} is ${String(shape[wrong])}, and the model takes ${wanted}`,
    );
  }
  assertSize(tensor);
}

/** A free dimension may be anything but nothing: many kernels do not bear an empty batch. */
function fits(dimension: number, declared: number): boolean {
  return declared === -1 ? Number.isSafeInteger(dimension) && dimension >= 1 : dimension === declared;
}

function assertSize(tensor: Tensor): void {
  const { name, shape } = tensor;
  const count = countElements(shape, MAX_ELEMENTS);
  if (count === undefined) throw refuse(`input ${shown(name)}: its shape has too many elements`);
  const has =
    tensor.datatype === 'BYTES' ? tensor.strings.length : tensor.data.length / ELEMENT_BYTES[tensor.datatype];
  if (has !== count) throw refuse(`input ${shown(name)}: its shape has ${count} elements, and it has ${has}`);
  if (tensor.datatype !== 'BOOL') return;
  const other = tensor.data.findIndex((byte) => byte > 1);
  if (other >= 0) throw refuse(`input ${shown(name)}: element ${other} is no BOOL, which is 0 or 1`);
}

function assertTexts(tensor: Tensor, maxChars: number): void {
  if (tensor.datatype !== 'BYTES') return;
  const { name, strings } = tensor;
  const long = strings.findIndex((text) => text.length > maxChars);
  if (long >= 0) {
    throw new StrongroomError(
      'TENSOR_VALUE',
      `input ${shown(name)}: element ${long} is longer than ${maxChars} characters`,
    );
  }
  // The model's runtime takes its texts as C strings.
  const other = strings.findIndex((text) => !text.isWellFormed() || text.includes('\0'));
  if (other >= 0) {
    throw new StrongroomError(
      'TENSOR_VALUE',
      `input ${shown(name)}: element ${other} holds a null character or half a surrogate pair`,
    );
  }
}

function refuse(what: string): StrongroomError {
  return new StrongroomError('TENSOR_INVALID', what);
}

function shown(name: string): string {
  return quoteText(name.length > 80 ? `${name.slice(0, 77)}...` : name);
}
