import { protobufKind } from '../../formats/index.ts';
import type { FormatName } from '../format-name.ts';
import type { Detector } from './detector.ts';

const FORMATS = {
  onnx: 'onnx',
  coreml: 'coreml',
  'tf-saved-model': 'tf-saved-model',
  'tf-meta-graph': 'tf-meta-graph',
  'tf-graph': 'tf-meta-graph',
  'keras-metadata': 'tf-meta-graph',
} as const satisfies Record<string, FormatName>;

/** Graphs in protocol buffers, which have no magic number: ONNX, TensorFlow, CoreML. */
export const graphDetector: Detector = {
  name: 'graph',
  async detect({ source }) {
    const kind = await protobufKind(source);
    return kind === undefined ? [] : [FORMATS[kind]];
  },
};
