import { type Datatype, quoteText } from '../../bytes/index.ts';
import { StrongroomError } from '../../errors/index.ts';

/** A tensor as far as it is known when something is wrong with it. */
export interface TensorWords {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
}

/** The error for a tensor that cannot be read; `what` goes on after its name. */
export function refuseTensor({ name }: Pick<TensorWords, 'name'>, what: string): StrongroomError {
  const shown = quoteText(name.length > 80 ? `${name.slice(0, 77)}...` : name);
  return new StrongroomError('TENSOR_INVALID', `tensor ${shown}: ${what}`);
}

/** The error for a document that is none of the Open Inference Protocol. */
export function refuseDocument(what: string): StrongroomError {
  return new StrongroomError('REQUEST_MALFORMED', what, {
    hint: 'the body is JSON of the Open Inference Protocol, and the bytes of its binary tensors behind it',
  });
}
