import type { Tensor } from '../../bytes/index.ts';
import { encodeMessage, type Message } from './encode-message.ts';

/** What a client asks. */
export interface OutgoingInference {
  readonly id?: string;
  readonly inputs: readonly Tensor[];
  /** Absent: all of them. */
  readonly outputs?: readonly string[];
}

/** A question with every tensor in binary, and its answer asked for in binary. */
export function encodeRequest({ id, inputs, outputs }: OutgoingInference): Message {
  return encodeMessage(
    {
      ...(id !== undefined && { id }),
      parameters: { binary_data_output: true },
      ...(outputs && { outputs: outputs.map((name) => ({ name })) }),
    },
    { field: 'inputs', tensors: inputs.map((tensor) => ({ tensor, isBinary: true })) },
  );
}
