import { type ByteSource, toHex } from '../../bytes/index.ts';
import { defersSizes, LOCAL_BYTES, MAX_LOCAL_BYTES, parseLocalHeader } from './zip-header.ts';
import {
  type CentralHeader,
  FLAG_DESCRIPTOR,
  FLAG_ENCRYPTED,
  FLAG_MASKED,
  FLAG_PATCH,
  FLAG_STRONG_ENCRYPTION,
  FLAG_UTF8,
  METHOD_DEFLATED,
  METHOD_STORED,
  type ZipHeader,
  type ZipMember,
} from './zip-member.ts';
import { quoteName, type ZipNotes } from './zip-notes.ts';

/** Extra fields that align data (PyTorch, zipalign) are usually within this. */
const LIKELY_EXTRA_BYTES = 192;
/** Flags that are allowed to differ or to be set: compression options, descriptor, UTF-8 names. */
const HARMLESS_FLAGS = 0x0006 | FLAG_DESCRIPTOR | FLAG_UTF8;
const ENCRYPTION_FLAGS = FLAG_ENCRYPTED | FLAG_STRONG_ENCRYPTION | FLAG_MASKED;
const UNIX_KIND_MASK = 0xf000;

/** The local header at an offset; `undefined` when there is none. */
export async function readLocalHeader(
  source: ByteSource,
  offset: number,
  nameLength: number = 0,
): Promise<ZipHeader | undefined> {
  if (offset < 0 || offset + LOCAL_BYTES > source.size) return undefined;
  const likely = LOCAL_BYTES + nameLength + LIKELY_EXTRA_BYTES;
  const header = parseLocalHeader(await source.read(offset, likely), offset);
  return header ?? parseLocalHeader(await source.read(offset, MAX_LOCAL_BYTES), offset);
}

/** The members that a header of the directory stands for: one, or two where the local header says something else. */
export async function matchMember(
  source: ByteSource,
  central: CentralHeader,
  notes: ZipNotes,
): Promise<readonly ZipMember[]> {
  const local = await readLocalHeader(source, central.localOffset, central.nameBytes.length);
  if (local === undefined) {
    notes.error('ZIP_LOCAL_MISSING', central.offset, `${quoteName(central.name)} is only in the directory`);
    return [centralMember(source, central, undefined)];
  }
  const differs = compareHeaders(central, local, notes);
  checkFlags(central, local, notes);
  const member = centralMember(source, central, local);
  return differs ? [member, localMember(source, local, local.end + local.compressedSize)] : [member];
}

function centralMember(source: ByteSource, central: CentralHeader, local: ZipHeader | undefined): ZipMember {
  const start = local?.end ?? 0;
  const end = local === undefined ? 0 : Math.min(source.size, start + central.compressedSize);
  return {
    name: central.name,
    seen: local === undefined ? 'central' : 'both',
    method: central.method,
    flags: central.flags | (local?.flags ?? 0),
    crc: central.crc,
    size: central.size,
    data: { start, end: Math.max(start, end) },
    central,
    local,
    kind: kindOf(central),
    isEncrypted: ((central.flags | (local?.flags ?? 0)) & ENCRYPTION_FLAGS) !== 0,
  };
}

/** A member as its local header alone has it, its data ending at `end` at the latest. */
export function localMember(source: ByteSource, local: ZipHeader, end: number): ZipMember {
  return {
    name: local.name,
    seen: 'local',
    method: local.method,
    flags: local.flags,
    crc: local.crc,
    size: local.size,
    data: { start: local.end, end: Math.max(local.end, Math.min(source.size, end)) },
    central: undefined,
    local,
    kind: local.name.endsWith('/') ? 'folder' : 'file',
    isEncrypted: (local.flags & ENCRYPTION_FLAGS) !== 0,
  };
}

function kindOf(central: CentralHeader): ZipMember['kind'] {
  const mode = (central.externalAttributes >>> 16) & UNIX_KIND_MASK;
  if (mode === 0xa000) return 'link';
  if (mode === 0x1000 || mode === 0x2000 || mode === 0x6000 || mode === 0xc000) return 'device';
  return mode === 0x4000 || central.name.endsWith('/') ? 'folder' : 'file';
}

/** Notes what the two headers disagree in; whether the data would be read differently. */
function compareHeaders(central: CentralHeader, local: ZipHeader, notes: ZipNotes): boolean {
  const name = quoteName(central.name);
  if (toHex(central.nameBytes) !== toHex(local.nameBytes)) {
    const told = `${name} in the directory is ${quoteName(local.name)} in its own header`;
    notes.error('ZIP_NAME_MISMATCH', local.offset, told);
  }
  for (const header of [central, local]) {
    if (header.unicodeName !== undefined && header.unicodeName !== header.name) {
      const told = `${name} has another name for readers of unicode names: ${quoteName(header.unicodeName)}`;
      notes.error('ZIP_NAME_MISMATCH', header.offset, told);
    }
  }
  let differs = false;
  if (central.method !== local.method) {
    notes.error('ZIP_METHOD_MISMATCH', local.offset, `the headers of ${name} name two compression methods`);
    differs = true;
  }
  if (defersSizes(local)) return differs;
  if (central.size !== local.size || central.compressedSize !== local.compressedSize) {
    notes.error('ZIP_SIZE_MISMATCH', local.offset, `the headers of ${name} name two sizes`);
    differs = true;
  }
  if (central.crc !== local.crc)
    notes.error('ZIP_CRC_MISMATCH', local.offset, `the headers of ${name} name two check sums`);
  return differs;
}

function checkFlags(central: CentralHeader, local: ZipHeader, notes: ZipNotes): void {
  const name = quoteName(central.name);
  const either = central.flags | local.flags;
  if ((either & ENCRYPTION_FLAGS) !== 0)
    notes.error('ZIP_ENCRYPTED', local.offset, `${name} is marked as encrypted`);
  if ((either & FLAG_PATCH) !== 0)
    notes.error('ZIP_FLAG', local.offset, `${name} is marked as a patch, which some readers refuse`);
  const odd = either & ~(HARMLESS_FLAGS | ENCRYPTION_FLAGS | FLAG_PATCH);
  if (odd !== 0) notes.error('ZIP_FLAG', local.offset, `${name} has unknown flags 0x${odd.toString(16)}`);
  if (((central.flags ^ local.flags) & ~(FLAG_UTF8 | 0x0006)) !== 0)
    notes.error('ZIP_FLAG_MISMATCH', local.offset, `the headers of ${name} have two sets of flags`);
  if (central.method !== METHOD_STORED && central.method !== METHOD_DEFLATED)
    notes.error('ZIP_METHOD', local.offset, `${name} uses compression method ${central.method}`);
}
