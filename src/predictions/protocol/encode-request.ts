import { type Tensor, utf8Bytes } from '../../bytes/index.ts';
import { encodeMessage, type Message } from './encode-message.ts';

/** What a client asks. */
export interface OutgoingInference {
  readonly id?: string;
  readonly inputs: readonly Tensor[];
  /** Absent: all of them. */
  readonly outputs?: readonly string[];
  readonly deadlineMs?: number;
  /** The version that the question was made for. */
  readonly decidedVersion?: number;
}

/** A question with every tensor in binary, and its answer asked for in binary. */
export function encodeRequest(asked: OutgoingInference): Message & { readonly body: Uint8Array } {
  const { id, inputs, outputs, deadlineMs, decidedVersion } = asked;
  const message = encodeMessage(
    {
      ...(id !== undefined && { id }),
      parameters: {
        binary_data_output: true,
        // Microseconds, as Triton has it.
        ...(deadlineMs !== undefined && { timeout: Math.ceil(deadlineMs * 1000) }),
        ...(decidedVersion !== undefined && { decided_version: decidedVersion }),
      },
      ...(outputs && { outputs: outputs.map((name) => ({ name })) }),
    },
    { field: 'inputs', tensors: inputs.map((tensor) => ({ tensor, isBinary: true })) },
  );
  const { body } = message;
  return { ...message, body: typeof body === 'string' ? utf8Bytes(body) : body };
}
