import type { ByteSource } from '../bytes/index.ts';
import { DETECTORS, PROBE_BYTES, type Probe, TEXT_DETECTOR } from './detectors/index.ts';
import { FORMAT_NAMES, type FormatName } from './format-name.ts';

/**
 * What a source is by its content alone: one format, several when it is a polyglot or a refinement (`zip` and
 * `pytorch`), or `['unknown']`, `['empty']`. `probeBytes` at each end are looked at in memory. Throws only what reading the source throws.
 */
export async function detectFormats(
  source: ByteSource,
  probeBytes: number = PROBE_BYTES,
): Promise<readonly FormatName[]> {
  if (source.size === 0) return ['empty'];
  const probe = await openProbe(source, probeBytes);
  const found = new Set<FormatName>();
  for (const detector of DETECTORS) {
    for (const format of await detector.detect(probe)) found.add(format);
  }
  // A pickle of protocol 0 and a script are text too; what they are besides text is not asked for binary formats.
  for (const format of await TEXT_DETECTOR.detect(probe)) found.add(format);
  if (found.size === 0) return ['unknown'];
  return FORMAT_NAMES.filter((format) => found.has(format));
}

async function openProbe(source: ByteSource, probeBytes: number): Promise<Probe> {
  const head = new Uint8Array(await source.read(0, probeBytes));
  if (source.size <= probeBytes) return { source, head, tail: head };
  return { source, head, tail: new Uint8Array(await source.read(source.size - probeBytes, probeBytes)) };
}
