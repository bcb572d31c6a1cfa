import type { NumericTensor, Tensor } from '../../src/bytes/index.ts';

/** A tensor of 32-bit floats. */
export function floats(name: string, shape: readonly number[], values: readonly number[]): NumericTensor {
  return { name, datatype: 'FP32', shape, data: new Uint8Array(Float32Array.from(values).buffer) };
}

/** The numbers of such a tensor. */
export function floatsOf(tensor: Tensor): readonly number[] {
  if (tensor.datatype !== 'FP32') throw new Error(`${tensor.name} is no tensor of 32-bit floats`);
  return [...new Float32Array(tensor.data.slice().buffer)];
}
