import type { FrameLimits } from './frames.ts';
import type { TensorWords } from './tensor-sections.ts';

/** What the keeper of a runner says to it. Every model comes in pieces after its `load`. */
export type Request =
  | { readonly kind: 'load'; readonly bytes: number; readonly threads: number }
  | { readonly kind: 'piece' }
  | {
      readonly kind: 'run';
      readonly id: number;
      readonly tensors: readonly TensorWords[];
      readonly outputs: readonly string[];
    };

/** Why a runner could not do it. Never more than this: what ONNX Runtime says of it may tell of the graph. */
export const REASONS = ['runtime', 'malformed', 'operators', 'types', 'memory', 'refused'] as const;

export type Reason = (typeof REASONS)[number];

/** Pieces that a model comes in. */
export const PIECE_BYTES = 2 ** 20;
/** A signature of thousands of tensors fits. */
export const MAX_HEAD_BYTES = 4 * 2 ** 20;

/** What a runner takes from its keeper, which has held every request against limits of its own. */
export const REQUEST_LIMITS: FrameLimits = { maxHeadBytes: 2 ** 30, maxBodyBytes: 2 ** 32 - 1 };
