import { posix } from 'node:path';
import { sliceSource } from '../../bytes/index.ts';
import { readTar, type TarMember, unsafeNameReason } from '../../formats/index.ts';
import type { Check, ScanContext, ScanTarget } from '../check.ts';
import { reportFormatProblems } from './format-problems.ts';

/** A name of the reader is a rule's; whatever has none, of notices too, is this. */
const PROBLEM_RULES = { error: 'TAR_MALFORMED', notice: 'TAR_MALFORMED', codes: 'own-names' } as const;

/** Tar archives: links, devices, names, members behind the end, and every member by its content. */
export const tarCheck: Check = {
  name: 'tar',
  formats: ['tar'],
  async run(target, context) {
    const archive = await readTar(target.source);
    reportFormatProblems(archive.problems, PROBLEM_RULES, { target, context });
    const names = new Set<string>();
    for (const member of archive.members) {
      context.budget.spendMembers(1);
      judgeMember(member, target, context);
      const plain = posix.normalize(member.name);
      if (member.kind === 'file' && names.has(plain))
        report(context, target, { member, rule: 'TAR_DUPLICATE', message: 'a name is there twice' });
      names.add(plain);
      if (member.data.end > member.data.start)
        await context.nested(target, { source: sliceSource(target.source, member.data), name: member.name });
    }
  },
};

interface Judged {
  readonly member: TarMember;
  readonly rule: Parameters<ScanContext['report']>[0]['rule'];
  readonly message: string;
}

function report(context: ScanContext, target: ScanTarget, { member, rule, message }: Judged): void {
  context.report({ rule, offset: member.offset, message, evidence: member.name }, target);
}

function judgeMember(member: TarMember, target: ScanTarget, context: ScanContext): void {
  const note = (rule: Judged['rule'], message: string): void =>
    report(context, target, { member, rule, message });
  // `./` alone is the folder that was packed.
  const reason = member.name === './' || member.name === '.' ? undefined : unsafeNameReason(member.name);
  if (reason !== undefined) note('TAR_NAME_UNSAFE', reason);
  if (member.isHidden) note('TAR_HIDDEN_MEMBER', 'a member behind the end of the archive');
  if (member.isSparse) note('TAR_SPARSE', 'a sparse file');
  if (member.kind === 'device') note('TAR_DEVICE', 'a device or pipe');
  if (member.kind === 'link' || member.kind === 'hard-link') {
    const leadsOut = leadsOutside(member);
    note(leadsOut ? 'TAR_LINK_OUTSIDE' : 'TAR_LINK', leadsOut ? 'a link to outside of the folder' : 'a link');
  }
}

/** Hard links name members from the root of the archive, symbolic links from where they are. */
function leadsOutside({ kind, name, linkName }: TarMember): boolean {
  if (/^[/\\]|^[A-Za-z]:/.test(linkName)) return true;
  const from = kind === 'link' ? posix.dirname(name) : '.';
  return posix.normalize(posix.join(from, linkName.replaceAll('\\', '/'))).startsWith('..');
}
