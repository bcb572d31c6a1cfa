import { concatBytes, type Tensor } from '../bytes/index.ts';

/** Rows of a request: the first dimension that all its inputs have; `undefined` where they do not have the same. */
export function rowsOf(inputs: readonly Tensor[]): number | undefined {
  const rows = inputs[0]?.shape[0];
  return inputs.every(({ shape }) => shape[0] === rows) ? rows : undefined;
}

/** What requests must have in common to be computed together: outputs, and everything of the inputs but their rows. */
export function batchKey(inputs: readonly Tensor[], outputs: readonly string[]): string {
  let key = outputs.length === 0 ? '' : JSON.stringify(outputs);
  for (const { datatype, shape } of inputs) {
    key += ` ${datatype}`;
    for (let dimension = 1; dimension < shape.length; dimension++) key += `,${shape[dimension] ?? ''}`;
  }
  return key;
}

/** Requests of one key, one below the other. Every one has its inputs in the same order. */
export function joinInputs(requests: readonly (readonly Tensor[])[]): readonly Tensor[] {
  const [first = []] = requests;
  if (requests.length === 1) return first;
  return first.map((tensor, index) =>
    joinTensors(
      tensor,
      requests.flatMap((inputs) => inputs[index] ?? []),
    ),
  );
}

function joinTensors(first: Tensor, tensors: readonly Tensor[]): Tensor {
  const rows = tensors.reduce((sum, { shape }) => sum + (shape[0] ?? 0), 0);
  const { name, datatype } = first;
  const shape = [rows, ...first.shape.slice(1)];
  if (datatype === 'BYTES') {
    const strings = tensors.flatMap((each) => (each.datatype === 'BYTES' ? each.strings : []));
    return { name, datatype, shape, strings };
  }
  const data = concatBytes(...tensors.flatMap((each) => (each.datatype === 'BYTES' ? [] : [each.data])));
  return { name, datatype, shape, data };
}

/**
 * The rows of an answer back to the requests that they are of, without copying. `undefined` where an output has not as
 * many rows as went in: the model does not go row by row after all.
 */
export function splitOutputs(
  outputs: readonly Tensor[],
  rows: readonly number[],
): readonly (readonly Tensor[])[] | undefined {
  const total = rows.reduce((sum, count) => sum + count, 0);
  if (outputs.some(({ shape }) => shape[0] !== total)) return undefined;
  let start = 0;
  return rows.map((count) => {
    const [from, to] = [start, (start += count)];
    return outputs.map((tensor) => sliceRows(tensor, { from, to, total }));
  });
}

function sliceRows(
  tensor: Tensor,
  { from, to, total }: { readonly from: number; readonly to: number; readonly total: number },
): Tensor {
  const { name } = tensor;
  const shape = [to - from, ...tensor.shape.slice(1)];
  if (tensor.datatype === 'BYTES') {
    const width = tensor.strings.length / total;
    return { name, datatype: 'BYTES', shape, strings: tensor.strings.slice(from * width, to * width) };
  }
  const width = tensor.data.length / total;
  return { name, datatype: tensor.datatype, shape, data: tensor.data.subarray(from * width, to * width) };
}
