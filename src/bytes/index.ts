export { assertNotAborted } from './abort.ts';
export {
  formatCanonicalJson,
  MAX_CANONICAL_JSON_DEPTH,
  parseCanonicalJson,
} from './canonical-json.ts';
export {
  bufferView,
  concatBytes,
  fromBase64,
  fromBase64Url,
  fromHex,
  toBase64,
  toBase64Url,
  toHex,
  uintBytes,
  utf8Bytes,
  utf8Text,
} from './encoding.ts';
export { floatsInPlace, packFloats } from './float-elements.ts';
export { freezeWhole, isFrozenWhole } from './frozen.ts';
export { quoteText } from './quote-text.ts';
export { READ_OFFSET } from './read-offset.ts';
export { Passphrase, SecretBytes } from './secret.ts';
export { type ByteRange, type ByteSource, memorySource, sliceSource } from './source.ts';
export {
  type ByteIterator,
  type ByteStream,
  collectBytes,
  type StreamWatcher,
  streamOf,
  streamSource,
  watchStream,
} from './stream.ts';
export { parseStrictJson, type StrictJsonOptions } from './strict-json.ts';
export {
  countElements,
  DATATYPES,
  type Datatype,
  ELEMENT_BYTES,
  isDatatype,
  type NumericDatatype,
  type NumericTensor,
  type StringTensor,
  type Tensor,
  type TensorSpec,
} from './tensor.ts';
export { type ElementCodec, elementCodec, tensorView } from './tensor-element.ts';
export { isOneRow, type RowForm, rowForm } from './tensor-rows.ts';
