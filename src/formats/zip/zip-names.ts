import type { ZipMember } from './zip-member.ts';
import { quoteName, type ZipNotes } from './zip-notes.ts';

/** Names that are devices in every folder on Windows. */
const DEVICES = /^(?:con|prn|aux|nul|com\d|lpt\d)$/i;

/** Why a name in an archive is not safe to unpack; `undefined` when it is an ordinary relative path. */
export function unsafeNameReason(name: string): string | undefined {
  if (name === '') return 'an empty name';
  if (/[\0-\x1f\x7f]/.test(name)) return 'control characters in a name';
  if (/^[/\\]/.test(name)) return 'an absolute path';
  if (/^[A-Za-z]:/.test(name)) return 'a drive in a path';
  if (name.split(/[/\\]/).includes('..')) return 'a path that leads upward';
  if (name.includes('\\')) return 'a backslash in a path';
  if (name.split('/').some((part) => DEVICES.test(part))) return 'a device as a name';
  // Letters that turn the direction of reading hide what a name ends in.
  if (/[\u202a-\u202e\u2066-\u2069\u200b-\u200f]/u.test(name)) return 'invisible characters in a name';
  return undefined;
}

/** Notes names that unpack elsewhere, twice, or over one another, and members that are no files. */
export function checkNames(members: readonly ZipMember[], notes: ZipNotes): void {
  const names = new Map<string, string>();
  for (const member of members) {
    const offset = member.central?.offset ?? member.local?.offset ?? 0;
    const shown = quoteName(member.name);
    const reason = unsafeNameReason(member.name);
    if (reason !== undefined) notes.error('ZIP_NAME_UNSAFE', offset, `${reason}: ${shown}`);
    if (member.kind === 'link') notes.error('ZIP_LINK', offset, `${shown} is a symbolic link`);
    if (member.kind === 'device') notes.error('ZIP_DEVICE', offset, `${shown} is a device or pipe`);
    if (member.seen === 'local') continue;
    const folded = member.name.normalize('NFC').toLowerCase();
    const earlier = names.get(folded);
    if (earlier === member.name) notes.error('ZIP_DUPLICATE', offset, `${shown} is there twice`);
    else if (earlier !== undefined)
      notes.error('ZIP_CASE_DUPLICATE', offset, `${shown} and ${quoteName(earlier)} differ in case only`);
    names.set(folded, member.name);
  }
}
