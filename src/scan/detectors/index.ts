import type { Detector } from './detector.ts';

export { type Detector, PROBE_BYTES, type Probe } from './detector.ts';

/** Every detector. All are asked, so that a file of two formats is seen as both. */
export const DETECTORS: readonly Detector[] = [];
