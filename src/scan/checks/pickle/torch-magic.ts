import { readPickleBytes } from '../../../formats/index.ts';

/** The number that PyTorch's older files begin with, a pickle of its own (`torch/serialization.py`, MAGIC_NUMBER). */
const TORCH_MAGIC = 0x1950a86a20f9469cfc6cn;

/** The first pickle of such a file is a number and nothing else. */
const LIMITS = { maxOperations: 4, maxStack: 2, maxIntegerBytes: 64, maxLineBytes: 64 };

/** Whether bytes begin as a file of PyTorch's older form does. */
export function isTorchLegacyFile(bytes: Uint8Array): boolean {
  const { value } = readPickleBytes(bytes.subarray(0, 64), { limits: LIMITS });
  return value?.kind === 'int' && value.value === TORCH_MAGIC;
}
