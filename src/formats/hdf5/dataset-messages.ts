import type { Hdf5File, Hdf5Piece } from './hdf5-file.ts';
import { localHeapText } from './heaps.ts';

/** `H5D_VIRTUAL` */
const VIRTUAL_LAYOUT = 3;
const FIRST_LAYOUT_WITH_CLASS = 3;
const MAX_NAMES = 100;
/** Deflate, shuffle, Fletcher-32, SZIP, n-bit, scale-offset are built in; h5py brings LZF. */
const FIRST_PLUGIN_FILTER = 256;
const LZF_FILTER = 32_000;

/** Whether a data layout message (specification IV.A.2.i) makes a virtual dataset. */
export function isVirtualLayout(file: Hdf5File, body: Hdf5Piece): boolean {
  const version = body.uint(1);
  if (version > 5) file.stop(body.offset, `a data layout of version ${version}`);
  if (version < FIRST_LAYOUT_WITH_CLASS) return false;
  return body.uint(1) === VIRTUAL_LAYOUT;
}

/** The files of an external data files message (specification IV.A.2.h). */
export async function externalFiles(file: Hdf5File, body: Hdf5Piece): Promise<readonly string[]> {
  body.skip(4 + 2);
  const used = body.uint(2);
  const heap = body.address();
  if (heap === undefined) return [];
  const names: string[] = [];
  for (let index = 0; index < Math.min(used, MAX_NAMES); index++) {
    names.push(await localHeapText(file, heap, body.size()));
    body.size();
    body.size();
  }
  return names;
}

/** The filters of a pipeline message (specification IV.A.2.l) that are libraries of their own. */
export function pluginFilters(file: Hdf5File, body: Hdf5Piece): readonly number[] {
  const version = body.uint(1);
  const count = body.uint(1);
  if (version === 1) body.skip(6);
  else if (version !== 2) file.stop(body.offset, `a filter pipeline of version ${version}`);
  const plugins: number[] = [];
  for (let index = 0; index < count; index++) {
    const id = body.uint(2);
    const hasName = version === 1 || id >= FIRST_PLUGIN_FILTER;
    const nameBytes = hasName ? body.uint(2) : 0;
    body.skip(2);
    const values = body.uint(2);
    body.skip(version === 1 ? Math.ceil(nameBytes / 8) * 8 : nameBytes);
    body.skip(values * 4 + (version === 1 && values % 2 === 1 ? 4 : 0));
    if (id >= FIRST_PLUGIN_FILTER && id !== LZF_FILTER) plugins.push(id);
  }
  return plugins;
}
