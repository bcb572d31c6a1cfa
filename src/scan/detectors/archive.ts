import { bufferView } from '../../bytes/index.ts';
import { isTar, readTar, readZipNames } from '../../formats/index.ts';
import type { FormatName } from '../format-name.ts';
import type { Detector, Probe } from './detector.ts';
import { startsWith } from './magic.ts';

const LOCAL_MAGIC = Uint8Array.of(0x50, 0x4b, 0x03, 0x04);
const EMPTY_MAGIC = Uint8Array.of(0x50, 0x4b, 0x05, 0x06);
/** Members of a tar that are looked at to tell whose it is. */
const TAR_NAMES = 64;

/** Zip archives, also behind something else, and whose they are; tar archives. */
export const archiveDetector: Detector = {
  name: 'archive',
  async detect(probe) {
    const tar = await tarFormats(probe);
    return [...tar, ...(await zipFormats(probe, tar.length > 0))];
  },
};

async function zipFormats(probe: Probe, isTarFile: boolean): Promise<readonly FormatName[]> {
  const { head, tail, source } = probe;
  const hasEnd = bufferView(tail).includes(EMPTY_MAGIC);
  const begins = startsWith(head, LOCAL_MAGIC) || startsWith(head, EMPTY_MAGIC);
  if (!hasEnd) return begins ? ['zip'] : [];
  const names = await readZipNames(source);
  // A tar's last member may be a zip, which is then one inside the other.
  if (names === undefined || (isTarFile && !begins)) return begins ? ['zip'] : [];
  return ['zip', ...zipKinds(names)];
}

/** Whose archive it is by the members that the directory names. Each kind only adds checks. */
function zipKinds(names: readonly string[]): FormatName[] {
  const kinds: FormatName[] = [];
  const has = (pattern: RegExp): boolean => names.some((name) => pattern.test(name));
  if (has(/(?:^|\/)data\.pkl$/)) kinds.push('pytorch');
  if (has(/(?:^|\/)constants\.pkl$/) && has(/(?:^|\/)code\//)) kinds.push('torchscript');
  if (names.length > 0 && names.every((name) => name.endsWith('.npy'))) kinds.push('npz');
  if (names.includes('config.json') && has(/^(?:metadata\.json|model\.weights\.(?:h5|npz))$/))
    kinds.push('keras');
  if (names.includes('schema.json')) kinds.push('skops');
  if (has(/^MAR-INF\//)) kinds.push('torchserve-mar');
  if (has(/^META-INF\/MANIFEST\.MF$/) || has(/\.class$/)) kinds.push('jar');
  return kinds;
}

async function tarFormats({ head, source }: Probe): Promise<readonly FormatName[]> {
  if (!isTar(head)) return [];
  const { members } = await readTar(source, { maxMembers: TAR_NAMES, maxTrailingBytes: 0 });
  const names = members.map(({ name }) => name.replace(/^\.\//, ''));
  const found: FormatName[] = ['tar'];
  if (['sys_info', 'pickle', 'storages', 'tensors'].filter((name) => names.includes(name)).length >= 2)
    found.push('pytorch-tar');
  if (names.includes('model_config.yaml')) found.push('nemo');
  return found;
}
