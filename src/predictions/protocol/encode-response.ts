import type { Inference } from '../../api/index.ts';
import type { Tensor } from '../../bytes/index.ts';
import { classify } from './classify.ts';
import type { AskedInference, AskedOutput } from './decode-request.ts';
import { encodeMessage, type Message, type SentTensor } from './encode-message.ts';
import { refuseTensor } from './refuse-tensor.ts';

/** An answer in the form that the question asks for. */
export interface AnsweredInference {
  /** The model as the address of the request has it. */
  readonly modelName: string;
  readonly asked: AskedInference;
  readonly answer: Inference;
  /** Names of the classes of an output, where the model says them. */
  readonly labelsOf: (output: string) => readonly string[] | undefined;
}

/** An answer of the Open Inference Protocol. Throws `TENSOR_INVALID` for a classification of what has no classes. */
export function encodeResponse({ modelName, asked, answer, labelsOf }: AnsweredInference): Message {
  const named = new Map(asked.outputs?.map((output) => [output.name, output]));
  const tensors = answer.outputs.map((tensor): SentTensor => {
    const output = named.get(tensor.name);
    return {
      tensor: classified(tensor, output, labelsOf),
      isBinary: output === undefined ? asked.isBinary : output.isBinary,
    };
  });
  return encodeMessage(
    {
      model_name: modelName,
      model_version: String(answer.version),
      ...(asked.id !== undefined && { id: asked.id }),
    },
    { field: 'outputs', tensors },
  );
}

function classified(
  tensor: Tensor,
  output: AskedOutput | undefined,
  labelsOf: AnsweredInference['labelsOf'],
): Tensor {
  if (output?.classes === undefined) return tensor;
  if (tensor.datatype === 'BYTES') throw refuseTensor(tensor, 'texts have no classification');
  return classify(tensor, output.classes, labelsOf(tensor.name));
}
