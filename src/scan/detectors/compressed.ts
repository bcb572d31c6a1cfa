import { memorySource } from '../../bytes/index.ts';
import { type CompressedFormat, DECODERS, type FormatProblem, isLzma, isZlib } from '../../formats/index.ts';
import type { Detector, Probe } from './detector.ts';

/** Content that must come out before a format without a signature is believed. */
const BELIEVED_BYTES = 512;

/** zlib and .lzma have next to no signature, so the first bytes are decompressed to see. */
export const compressedDetector: Detector = {
  name: 'compressed',
  async detect(probe) {
    if (isZlib(probe.head) && (await decompresses(probe, 'zlib'))) return ['zlib'];
    if (isLzma(probe.head) && (await decompresses(probe, 'lzma'))) return ['lzma'];
    return [];
  },
};

async function decompresses({ head, source }: Probe, format: CompressedFormat): Promise<boolean> {
  const problems: FormatProblem[] = [];
  let made = 0;
  const input = {
    source: memorySource(head),
    start: 0,
    note: (problem: FormatProblem) => void problems.push(problem),
  };
  for await (const chunk of DECODERS[format](input)) {
    made += chunk.length;
    if (made >= BELIEVED_BYTES) return true;
  }
  // What ends early must end well, within what was looked at.
  return problems.length === 0 && head.length === source.size;
}
