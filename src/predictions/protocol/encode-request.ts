import type { Tensor } from '../../bytes/index.ts';
import { encodeMessage, type Message } from './encode-message.ts';

/** What a client asks. */
export interface OutgoingInference {
  readonly id?: string;
  readonly inputs: readonly Tensor[];
  /** Absent: all of them. */
  readonly outputs?: readonly string[];
  readonly deadlineMs?: number;
}

/** A question with every tensor in binary, and its answer asked for in binary. */
export function encodeRequest({ id, inputs, outputs, deadlineMs }: OutgoingInference): Message {
  return encodeMessage(
    {
      ...(id !== undefined && { id }),
      parameters: {
        binary_data_output: true,
        // Microseconds, as Triton has it.
        ...(deadlineMs !== undefined && { timeout: Math.ceil(deadlineMs * 1000) }),
      },
      ...(outputs && { outputs: outputs.map((name) => ({ name })) }),
    },
    { field: 'inputs', tensors: inputs.map((tensor) => ({ tensor, isBinary: true })) },
  );
}
