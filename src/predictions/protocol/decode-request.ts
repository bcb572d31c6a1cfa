import type { Tensor } from '../../bytes/index.ts';
import { classCount, type Parameters, requestDocument, versionNumber } from './documents.ts';
import { plainRequest } from './plain-request.ts';
import { divideBody, readDocument } from './read-document.ts';
import { assertSupported, readTensors } from './read-tensors.ts';
import { refuseDocument, refuseTensor } from './refuse-tensor.ts';

/** An output that is asked for, and how. */
export interface AskedOutput {
  readonly name: string;
  /** By default as the whole request says. */
  readonly isBinary: boolean;
  /** The greatest so many, as text `value:index:label`, instead of the tensor. */
  readonly classes?: number;
}

/** A question as it came over the wire. */
export interface AskedInference {
  /** Comes back with the answer. */
  readonly id?: string;
  readonly inputs: readonly Tensor[];
  /** Absent: all of them. */
  readonly outputs?: readonly AskedOutput[];
  /** Whether outputs come in binary where none is named. */
  readonly isBinary: boolean;
  /** How long the caller waits. */
  readonly deadlineMs?: number;
  /** The version that the question was made for, where its name may mean another one by now. */
  readonly decidedVersion?: number;
}

/**
 * Reads a question of the Open Inference Protocol, JSON or with Triton's binary tensors. `headerLength` is the value of
 * `Inference-Header-Content-Length`. Binary tensors stay views of `body`. Throws `REQUEST_MALFORMED`, `TENSOR_INVALID`,
 * `PREDICTION_UNSUPPORTED`.
 */
export function decodeRequest(body: Uint8Array, headerLength?: string): AskedInference {
  const { document, binary } = divideBody(body, headerLength);
  const { id, parameters, inputs, outputs } = readDocument(document, requestDocument, plainRequest);
  assertSupported(parameters);
  const isBinary = isTrue(parameters, 'binary_data_output');
  return {
    ...(id !== undefined && { id }),
    inputs: readTensors(inputs, binary),
    ...(outputs && { outputs: outputs.map((output) => askedOutput(output, isBinary)) }),
    isBinary,
    ...deadlineOf(parameters),
    ...decidedVersionOf(parameters),
  };
}

/** `timeout` in microseconds, as Triton's clients send it; nothing, or zero, is none. */
function deadlineOf(parameters: Parameters | undefined): { readonly deadlineMs?: number } {
  const timeout = Number(parameters?.['timeout'] ?? 0);
  return Number.isFinite(timeout) && timeout > 0 ? { deadlineMs: Math.ceil(timeout / 1000) } : {};
}

function decidedVersionOf(parameters: Parameters | undefined): { readonly decidedVersion?: number } {
  const given = parameters?.['decided_version'];
  if (given === undefined) return {};
  const { success, data } = versionNumber.safeParse(given);
  if (!success) throw refuseDocument('/parameters/decided_version: expected the number of a version');
  return { decidedVersion: data };
}

function askedOutput(
  output: { readonly name: string; readonly parameters?: Parameters },
  isBinary: boolean,
): AskedOutput {
  const { name, parameters } = output;
  assertSupported(parameters);
  const own = parameters?.['binary_data'];
  const given = parameters?.['classification'];
  const classes = given === undefined ? undefined : classCount.safeParse(given);
  if (classes?.success === false) throw refuseTensor(output, 'its classification is no number of classes');
  return {
    name,
    isBinary: own === undefined ? isBinary : own === true,
    ...(classes !== undefined && classes.data > 0 && { classes: classes.data }),
  };
}

function isTrue(parameters: Parameters | undefined, name: string): boolean {
  return parameters?.[name] === true;
}
