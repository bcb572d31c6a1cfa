import { archiveDetector } from './archive.ts';
import { compressedDetector } from './compressed.ts';
import type { Detector } from './detector.ts';
import { graphDetector } from './graph.ts';
import { magicDetector } from './magic.ts';
import { pickleDetector } from './pickle.ts';
import { programDetector } from './program.ts';
import { textDetector } from './text.ts';

export { type Detector, PROBE_BYTES, type Probe } from './detector.ts';
export { isPickleForSure, isTorchMagic } from './pickle.ts';
export { programAt } from './program.ts';

/** Detectors of formats that have bytes of their own. All are asked, so that a file of two formats is seen as both. */
export const DETECTORS: readonly Detector[] = [
  magicDetector,
  programDetector,
  archiveDetector,
  compressedDetector,
  pickleDetector,
  graphDetector,
];

/** Asked besides, for what a text is; `text` alone never makes a polyglot. */
export const TEXT_DETECTOR: Detector = textDetector;
