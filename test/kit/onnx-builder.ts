// Small ONNX models, written field by field (onnx.proto), each for something that a server must cope with.
import { type BuiltField, protobufMessage } from '../formats/build/protobuf.ts';

/** Numbers of TensorProto.DataType. */
const ELEMENT = {
  FP32: 1,
  UINT8: 2,
  INT64: 7,
  BYTES: 8,
  BOOL: 9,
  FP16: 10,
  FP64: 11,
  UINT64: 13,
} as const;

type Element = keyof typeof ELEMENT;
/** A number, or the name of a free dimension. */
type Dimension = number | string;

export interface BuiltValue {
  readonly name: string;
  readonly element: Element;
  readonly shape: readonly Dimension[];
}

interface BuiltNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly domain?: string;
  readonly attributes?: readonly Uint8Array[];
}

export interface BuiltGraph {
  readonly nodes: readonly BuiltNode[];
  readonly inputs: readonly BuiltValue[];
  readonly outputs: readonly BuiltValue[];
  readonly initializers?: readonly Uint8Array[];
}

/** A model of one graph, of operator set 17. */
function onnxModel(graph: BuiltGraph, domains: readonly string[] = []): Uint8Array<ArrayBuffer> {
  const imports = [['', 17] as const, ...domains.map((domain) => [domain, 1] as const)];
  return protobufMessage(
    [1, 8],
    [7, onnxGraph('main', graph)],
    ...imports.map(([domain, version]): BuiltField => [8, protobufMessage([1, domain], [2, version])]),
  );
}

function onnxGraph(name: string, { nodes, inputs, outputs, initializers = [] }: BuiltGraph): Uint8Array {
  return protobufMessage(
    ...nodes.map((node): BuiltField => [1, onnxNode(node)]),
    [2, name],
    ...initializers.map((tensor): BuiltField => [5, tensor]),
    ...inputs.map((value): BuiltField => [11, onnxValue(value)]),
    ...outputs.map((value): BuiltField => [12, onnxValue(value)]),
  );
}

function onnxNode({ operator, inputs, outputs, domain, attributes = [] }: BuiltNode): Uint8Array {
  return protobufMessage(
    ...inputs.map((input): BuiltField => [1, input]),
    ...outputs.map((output): BuiltField => [2, output]),
    [4, operator],
    ...attributes.map((attribute): BuiltField => [5, attribute]),
    ...(domain === undefined ? [] : [[7, domain] as const]),
  );
}

function onnxValue({ name, element, shape }: BuiltValue): Uint8Array {
  const dimensions = shape.map(
    (dimension): BuiltField => [
      1,
      protobufMessage(typeof dimension === 'number' ? [1, dimension] : [2, dimension]),
    ],
  );
  const tensor = protobufMessage([1, ELEMENT[element]], [2, protobufMessage(...dimensions)]);
  return protobufMessage([1, name], [2, protobufMessage([1, tensor])]);
}

const rows = (name: string, width = 3): BuiltValue => ({ name, element: 'FP32', shape: ['rows', width] });

/** `y = x + x`, for any number of rows of a width, with zeros that nobody needs. */
export function doublingModel(width = 3, ballast = 0): Uint8Array<ArrayBuffer> {
  return onnxModel({
    nodes: [{ operator: 'Add', inputs: ['x', 'x'], outputs: ['y'] }],
    inputs: [rows('x', width)],
    outputs: [rows('y', width)],
    initializers:
      ballast === 0
        ? []
        : [protobufMessage([1, ballast], [2, ELEMENT.UINT8], [8, 'w'], [9, new Uint8Array(ballast)])],
  });
}

/** `y = x`, of any type. */
export function identityModel(element: Element): Uint8Array<ArrayBuffer> {
  return onnxModel({
    nodes: [{ operator: 'Identity', inputs: ['x'], outputs: ['y'] }],
    inputs: [{ name: 'x', element, shape: ['rows'] }],
    outputs: [{ name: 'y', element, shape: ['rows'] }],
  });
}

/** Subtracts the largest of all rows from each: rows that are computed together change each other. */
export function entangledModel(): Uint8Array<ArrayBuffer> {
  return onnxModel({
    nodes: [
      { operator: 'ReduceMax', inputs: ['x'], outputs: ['top'] },
      { operator: 'Sub', inputs: ['x', 'top'], outputs: ['y'] },
    ],
    inputs: [rows('x')],
    outputs: [rows('y')],
  });
}

/** Quantised with one scale for all that it is asked at a time. */
export function quantisedModel(): Uint8Array<ArrayBuffer> {
  return onnxModel({
    nodes: [
      { operator: 'DynamicQuantizeLinear', inputs: ['x'], outputs: ['q', 'scale', 'zero'] },
      { operator: 'DequantizeLinear', inputs: ['q', 'scale', 'zero'], outputs: ['y'] },
    ],
    inputs: [rows('x')],
    outputs: [rows('y')],
  });
}

/** `y = x` where `spin` is false; where it is true, never. */
export function spinningModel(): Uint8Array<ArrayBuffer> {
  const body = onnxGraph('body', {
    nodes: [
      { operator: 'Identity', inputs: ['go'], outputs: ['goOn'] },
      { operator: 'Identity', inputs: ['value'], outputs: ['next'] },
    ],
    inputs: [
      { name: 'turn', element: 'INT64', shape: [] },
      { name: 'go', element: 'BOOL', shape: [] },
      { name: 'value', element: 'FP32', shape: ['rows', 3] },
    ],
    outputs: [
      { name: 'goOn', element: 'BOOL', shape: [] },
      { name: 'next', element: 'FP32', shape: ['rows', 3] },
    ],
  });
  return onnxModel({
    nodes: [
      {
        operator: 'Loop',
        inputs: ['', 'spin', 'x'],
        outputs: ['y'],
        attributes: [protobufMessage([1, 'body'], [6, body], [20, 5])],
      },
    ],
    inputs: [rows('x'), { name: 'spin', element: 'BOOL', shape: [] }],
    outputs: [rows('y')],
  });
}

/** Fills as much memory as `size` says, and gives its sum. */
export function hungryModel(): Uint8Array<ArrayBuffer> {
  return onnxModel({
    nodes: [
      { operator: 'ConstantOfShape', inputs: ['size'], outputs: ['much'] },
      { operator: 'ReduceSum', inputs: ['much'], outputs: ['y'] },
    ],
    inputs: [{ name: 'size', element: 'INT64', shape: [1] }],
    outputs: [{ name: 'y', element: 'FP32', shape: [1] }],
  });
}

/** `y = x + w` for rows of 64, where `w` is 256 bytes that can be looked for. */
export function markedModel(marker: Uint8Array): Uint8Array<ArrayBuffer> {
  return onnxModel({
    nodes: [{ operator: 'Add', inputs: ['x', 'w'], outputs: ['y'] }],
    inputs: [rows('x', 64)],
    outputs: [rows('y', 64)],
    initializers: [protobufMessage([1, 64], [2, ELEMENT.FP32], [8, 'w'], [9, marker])],
  });
}

/** `y = x + by`, for rows as wide as `by`. */
export function shiftingModel(by: readonly number[]): Uint8Array<ArrayBuffer> {
  const raw = new Uint8Array(Float32Array.from(by).buffer);
  return onnxModel({
    nodes: [{ operator: 'Add', inputs: ['x', 'w'], outputs: ['y'] }],
    inputs: [rows('x', by.length)],
    outputs: [rows('y', by.length)],
    initializers: [protobufMessage([1, by.length], [2, ELEMENT.FP32], [8, 'w'], [9, raw])],
  });
}

/** A network of two hidden layers as wide as `width`, from 64 numbers to the probabilities of 10 classes. */
export function networkModel(width: number): Uint8Array<ArrayBuffer> {
  return onnxModel({
    nodes: [
      { operator: 'MatMul', inputs: ['x', 'w1'], outputs: ['a1'] },
      { operator: 'Relu', inputs: ['a1'], outputs: ['h1'] },
      { operator: 'MatMul', inputs: ['h1', 'w2'], outputs: ['a2'] },
      { operator: 'Relu', inputs: ['a2'], outputs: ['h2'] },
      { operator: 'MatMul', inputs: ['h2', 'w3'], outputs: ['a3'] },
      { operator: 'Softmax', inputs: ['a3'], outputs: ['y'] },
    ],
    inputs: [rows('x', 64)],
    outputs: [rows('y', 10)],
    initializers: [weights('w1', 64, width), weights('w2', width, width), weights('w3', width, 10)],
  });
}

/** Numbers of both signs that are the same every time, small enough that no sum runs away. */
function weights(name: string, from: number, to: number): Uint8Array {
  const values = Float32Array.from(
    { length: from * to },
    (_, at) => (((at * 7919) % 101) - 50) / (25 * from),
  );
  return protobufMessage(
    ...[from, to].map((size): BuiltField => [1, size]),
    [2, ELEMENT.FP32],
    [8, name],
    [9, new Uint8Array(values.buffer)],
  );
}

/** An operator that no runtime has by itself. */
export function customOperatorModel(): Uint8Array<ArrayBuffer> {
  return onnxModel(
    {
      nodes: [{ operator: 'Secret', domain: 'acme.internal', inputs: ['x'], outputs: ['y'] }],
      inputs: [rows('x')],
      outputs: [rows('y')],
    },
    ['acme.internal'],
  );
}

/** `y = x + w`, where `w` lies in another file. */
export function externalDataModel(): Uint8Array<ArrayBuffer> {
  const place = protobufMessage([1, 'location'], [2, 'weights.bin']);
  return onnxModel({
    nodes: [{ operator: 'Add', inputs: ['x', 'w'], outputs: ['y'] }],
    inputs: [rows('x')],
    outputs: [rows('y')],
    initializers: [protobufMessage([1, 3], [2, ELEMENT.FP32], [8, 'w'], [13, place], [14, 1])],
  });
}
