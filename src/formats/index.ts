export { isBzip2 } from './bzip2/read-bzip2.ts';
export type { CompressedInput, Decoder } from './compressed/decoder.ts';
export { type CompressedFormat, DECODERS } from './compressed/decompress.ts';
export { type ContentSummary, openReplaySource, type ReplayLimits } from './compressed/replay-source.ts';
export type { GgufString } from './gguf/cursor.ts';
export type { GgufLimits } from './gguf/limits.ts';
export type { GgufArray, GgufEntry } from './gguf/metadata.ts';
export { type GgufDocument, readGguf } from './gguf/read-gguf.ts';
export type { GgufTensor } from './gguf/tensors.ts';
export { isGzip, isZlib } from './gzip/read-gzip.ts';
export {
  type Hdf5Document,
  type Hdf5Reference,
  type ReadHdf5Options,
  readHdf5,
} from './hdf5/read-hdf5.ts';
export type {
  Argument as JinjaArgument,
  Binding as JinjaBinding,
  Expression as JinjaExpression,
  JinjaTemplate,
  Statement as JinjaStatement,
} from './jinja/ast.ts';
export type { JinjaLimits } from './jinja/limits.ts';
export { type JinjaDocument, parseJinja } from './jinja/parse-template.ts';
export { type JsonMember, JsonNumber, JsonObject, type JsonValue } from './json/json-value.ts';
export type { JsonLimits } from './json/limits.ts';
export { type JsonDocument, type ReadJsonOptions, readJson } from './json/read-json.ts';
export { isLz4 } from './lz4/read-lz4.ts';
export { type MsgpackDocument, readMsgpack } from './msgpack/read-msgpack.ts';
export type { NpyLimits } from './numpy/limits.ts';
export { type NpyDocument, readNpy } from './numpy/read-npy.ts';
export type { OnnxDocument, OnnxExternalTensor, OnnxNode } from './onnx/read-onnx.ts';
export { readOnnx } from './onnx/read-onnx.ts';
export type {
  PickleFinding,
  PickleFindingCode,
  PickleFindingSeverity,
} from './pickle/finding.ts';
export { joblibDataAfter } from './pickle/joblib.ts';
export type { PickleLimits } from './pickle/limits.ts';
export type { ConstantSink, PickleConstant, PickleEffect } from './pickle/machine-state.ts';
export { OPCODE_OF_BYTE, type Opcode, type OpcodeName } from './pickle/opcodes.ts';
export {
  isPlainDict,
  PlainDateTime,
  type PlainDict,
  type PlainKey,
  type PlainValue,
} from './pickle/plain-value.ts';
export { readPickle, readPickleBytes, readPickles } from './pickle/read-pickle.ts';
export { completeValue, plainPickleValue, readPlainPickle } from './pickle/read-plain-pickle.ts';
export type { DataAfter, PickleStream, ReadPickleOptions } from './pickle/stream-reader.ts';
export type {
  BytesValue,
  CallValue,
  DictValue,
  GlobalValue,
  PickleValue,
  StrValue,
} from './pickle/value.ts';
export type { FormatProblem, FormatProblemSeverity } from './problem.ts';
export { type ProtobufKind, protobufKind } from './protobuf/protobuf-kind.ts';
export type { SafetensorsLimits } from './safetensors/limits.ts';
export { readSafetensors, type SafetensorsDocument } from './safetensors/read-safetensors.ts';
export { isShardIndex, parseShardIndex, type ShardIndex } from './safetensors/shard-index.ts';
export type { SafetensorsTensor } from './safetensors/tensor.ts';
export { isTar, readTar, type TarDocument, type TarMember } from './tar/read-tar.ts';
export {
  readTensorflow,
  type TensorflowDocument,
  type TensorflowOperator,
  type TensorflowRoot,
} from './tensorflow/read-tensorflow.ts';
export { readTflite, type TfliteDocument, type TfliteLimits } from './tflite/read-tflite.ts';
export { type CatboostDocument, readCatboost } from './trees/read-catboost.ts';
export { type LightgbmDocument, readLightgbm } from './trees/read-lightgbm.ts';
export { scanUbjson, type UbjsonVisitor } from './ubjson/scan-ubjson.ts';
export { scanXml, type XmlDeclaration, type XmlElement, type XmlVisitor } from './xml/scan-xml.ts';
export { isLzma } from './xz/read-lzma.ts';
export { isXz } from './xz/read-xz.ts';
export { openZipMember, type ZipContent } from './zip/open-zip-member.ts';
export { readZip, type ZipDocument } from './zip/read-zip.ts';
export { readZipNames } from './zip/read-zip-names.ts';
export type { ZipMember } from './zip/zip-member.ts';
export { unsafeNameReason } from './zip/zip-names.ts';
export { isZstd } from './zstd/read-zstd.ts';
