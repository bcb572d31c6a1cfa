import { readPickleBytes } from '../../../formats/index.ts';
import { isTorchMagic } from '../../detectors/index.ts';

/** The first pickle of such a file is a number and nothing else. */
const LIMITS = { maxOperations: 4, maxStack: 2, maxIntegerBytes: 64, maxLineBytes: 64 };

/** Whether bytes begin as a file of PyTorch's older form does. */
export function isTorchLegacyFile(bytes: Uint8Array): boolean {
  return isTorchMagic(readPickleBytes(bytes.subarray(0, 64), { limits: LIMITS }));
}
