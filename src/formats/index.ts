export type {
  PickleFinding,
  PickleFindingCode,
  PickleFindingSeverity,
} from './pickle/finding.ts';
export { joblibDataAfter } from './pickle/joblib.ts';
export type { PickleLimits } from './pickle/limits.ts';
export type { PickleEffect } from './pickle/machine-state.ts';
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
export type { CallValue, DictValue, GlobalValue, PickleValue } from './pickle/value.ts';
export type { FormatProblem, FormatProblemSeverity } from './problem.ts';
