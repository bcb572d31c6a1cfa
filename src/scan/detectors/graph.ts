import { bufferView } from '../../bytes/index.ts';
import { protobufKind } from '../../formats/index.ts';
import type { FormatName } from '../format-name.ts';
import type { Detector } from './detector.ts';

const XGBOOST_PROBE_BYTES = 24;
const XGBOOST_START = /^(?:binf|bs64|\{[iUIlL][\s\S]{1,8}(?:learner|version|Config|Model))/;
const FORMATS = {
  onnx: 'onnx',
  coreml: 'coreml',
  'tf-saved-model': 'tf-saved-model',
  'tf-meta-graph': 'tf-meta-graph',
  'tf-graph': 'tf-meta-graph',
  'keras-metadata': 'tf-meta-graph',
} as const satisfies Record<string, FormatName>;

/** Formats without a magic number that are told by their structure: ONNX, TensorFlow, CoreML, XGBoost. */
export const graphDetector: Detector = {
  name: 'graph',
  async detect({ source, head }) {
    if (isXgboost(head)) return ['xgboost'];
    const kind = await protobufKind(source);
    return kind === undefined ? [] : [FORMATS[kind]];
  },
};

/** XGBoost's UBJSON: an object whose first key is one of a model; and its old formats by their marks. */
function isXgboost(head: Uint8Array): boolean {
  const start = bufferView(head).subarray(0, XGBOOST_PROBE_BYTES).toString('latin1');
  return XGBOOST_START.test(start);
}
