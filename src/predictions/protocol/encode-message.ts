import { concatBytes, type Tensor, utf8Bytes } from '../../bytes/index.ts';
import { writeBinaryData } from './binary-tensor.ts';
import { writeJsonData } from './json-tensor.ts';

/** A body of the protocol. */
export interface Message {
  /** A text where all of it is JSON. */
  readonly body: Uint8Array | string;
  /** Value of `Inference-Header-Content-Length`; absent where all of the body is JSON. */
  readonly headerLength?: number;
}

/** A tensor, and whether its elements go behind the JSON. */
export interface SentTensor {
  readonly tensor: Tensor;
  readonly isBinary: boolean;
}

/** A message: the members of its document, its tensors last, under `inputs` or `outputs`, and what is binary behind. */
export function encodeMessage(
  members: Readonly<Record<string, unknown>>,
  { field, tensors }: { readonly field: 'inputs' | 'outputs'; readonly tensors: readonly SentTensor[] },
): Message {
  const parts: Uint8Array[] = [];
  const texts = tensors.map(({ tensor, isBinary }) => {
    const { name, datatype, shape } = tensor;
    const words = { name, datatype, shape };
    if (!isBinary) return `${open(words)}"data":${writeJsonData(tensor)}}`;
    const data = writeBinaryData(tensor);
    parts.push(data);
    return JSON.stringify({ ...words, parameters: { binary_data_size: data.length } });
  });
  const text = `${open(members)}"${field}":[${texts.join(',')}]}`;
  if (parts.length === 0) return { body: text };
  const json = utf8Bytes(text);
  return { body: concatBytes(json, ...parts), headerLength: json.length };
}

/** An object that is not closed yet, ready for another member. */
function open(members: Readonly<Record<string, unknown>>): string {
  const text = JSON.stringify(members);
  return text === '{}' ? '{' : `${text.slice(0, -1)},`;
}
