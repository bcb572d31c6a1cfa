import type { ByteSource } from '../bytes/index.ts';
import { DETECTORS, PROBE_BYTES, type Probe, TEXT_DETECTOR } from './detectors/index.ts';
import { FORMAT_NAMES, type FormatName } from './format-name.ts';

/**
 * What a source is by its content alone: one format, several when it is a polyglot or a refinement (`zip` and
 * `pytorch`), or `['unknown']`, `['empty']`. Throws only what reading the source throws.
 */
export async function detectFormats(source: ByteSource): Promise<readonly FormatName[]> {
  if (source.size === 0) return ['empty'];
  const probe = await openProbe(source);
  const found = new Set<FormatName>();
  for (const detector of DETECTORS) {
    for (const format of await detector.detect(probe)) found.add(format);
  }
  // A pickle of protocol 0 and a script are text too; what they are besides text is not asked for binary formats.
  for (const format of await TEXT_DETECTOR.detect(probe)) found.add(format);
  if (found.size === 0) return ['unknown'];
  return FORMAT_NAMES.filter((format) => found.has(format));
}

async function openProbe(source: ByteSource): Promise<Probe> {
  const head = Uint8Array.from(await source.read(0, PROBE_BYTES));
  if (source.size <= PROBE_BYTES) return { source, head, tail: head };
  return { source, head, tail: Uint8Array.from(await source.read(source.size - PROBE_BYTES, PROBE_BYTES)) };
}
