import { crc32 } from 'node:zlib';
import { type ByteSource, sliceSource, streamSource } from '../../bytes/index.ts';
import { openZipMember, readZip, type ZipDocument, type ZipMember } from '../../formats/index.ts';
import type { Check, Expected, ScanContext, ScanTarget } from '../check.ts';
import { openInnerSource } from '../inner-source.ts';
import { reportFormatProblems } from './format-problems.ts';

/** A name of the reader is a rule's; whatever has none, of notices too, is this. */
const PROBLEM_RULES = { error: 'ZIP_DATA', notice: 'ZIP_DATA', codes: 'own-names' } as const;

/** Stored members up to this size have their check sum verified; larger ones are not read for that alone. */
const MAX_CHECKED_BYTES = 1 << 23;
/** An archive may expand to this, or to so many times its size, before it counts as a bomb. */
const MAX_FREE_EXPANSION = 2 ** 30;
const MAX_EXPANSION_RATIO = 100;

/** Zip archives: what their two sets of headers say, and every member by its content. */
export const zipCheck: Check = {
  name: 'zip',
  formats: ['zip'],
  async run(target, context) {
    const archive = await readZip(target.source);
    reportFormatProblems(archive.problems, PROBLEM_RULES, { target, context });
    const layout = new MemberLayout(archive);
    const scan = new ArchiveScan(target, context);
    for (const member of archive.members) {
      context.budget.spendMembers(1);
      if (member.kind === 'folder' && member.data.end === member.data.start) continue;
      if (!(await scan.member(member, layout.expectedOf(member)))) return;
    }
    const { comment } = archive;
    if (comment !== undefined) {
      const source = sliceSource(target.source, comment);
      await context.nested(target, { source, name: 'comment', expected: 'data' });
    }
    // The bytes before the archive were detected as the beginning of the file itself.
    for (const gap of archive.gaps.filter(({ start }) => start > 0)) {
      const name = `bytes ${gap.start} to ${gap.end}`;
      await context.nested(target, { source: sliceSource(target.source, gap), name, expected: 'data' });
    }
  },
};

/** What members are by the conventions of the archive's writer. */
class MemberLayout {
  /** Folders that hold a `data.pkl`: PyTorch's storages are in `data/` beside it. */
  readonly #torchRoots = new Set<string>();
  /** Folders that hold `constants.pkl`: TorchScript's code and constants are beside it. */
  readonly #scriptRoots = new Set<string>();

  constructor({ members }: ZipDocument) {
    for (const { name } of members) {
      if (/(?:^|\/)data\.pkl$/.test(name)) this.#torchRoots.add(name.slice(0, -'data.pkl'.length));
      if (/(?:^|\/)constants\.pkl$/.test(name)) this.#scriptRoots.add(name.slice(0, -'constants.pkl'.length));
    }
  }

  expectedOf({ name }: ZipMember): Expected | undefined {
    const match = /^(.*?)(?:data|constants|tensors)\/\d+$/.exec(name);
    if (match !== null && this.#torchRoots.has(match[1] ?? '')) return 'data';
    const code = /^(.*?)code\/.*\.(?:py|debug_pkl)$/.exec(name);
    return code !== null && this.#scriptRoots.has(code[1] ?? '') && name.endsWith('.py') ? 'code' : undefined;
  }
}

/** The members of one archive, one after another. */
class ArchiveScan {
  readonly #target: ScanTarget;
  readonly #context: ScanContext;
  #expanded = 0;

  constructor(target: ScanTarget, context: ScanContext) {
    this.#target = target;
    this.#context = context;
  }

  /** Scans a member; false when the archive proved to be a bomb and must not be followed further. */
  async member(member: ZipMember, expected: Expected | undefined): Promise<boolean> {
    const content = openZipMember(this.#target.source, member);
    if (content.kind === 'unreadable') {
      const offset = member.local?.offset ?? member.central?.offset ?? 0;
      const message = `a member cannot be read: ${content.reason}`;
      this.#context.report(
        { rule: 'FORMAT_UNREADABLE', offset, message, evidence: member.name },
        this.#target,
      );
      this.#context.unknown('a member of an archive cannot be read');
      return true;
    }
    // Where only the flag says so the content is scanned all the same, but nobody can tell the two apart.
    if (member.isEncrypted) this.#context.unknown('a member is marked as encrypted');
    const source = content.kind === 'stored' ? content.source : await this.#inflated(member, content.open);
    if (source === undefined) return false;
    if (content.kind === 'stored' && expected !== 'data' && source.size <= MAX_CHECKED_BYTES)
      this.#compareCrc(member, await crcOf(source));
    await this.#context.nested(this.#target, {
      source,
      name: member.name,
      ...(expected !== undefined && { expected }),
    });
    return true;
  }

  /** The content of a deflated member; `undefined` when the archive expands beyond measure. */
  async #inflated(
    member: ZipMember,
    open: Extract<ReturnType<typeof openZipMember>, { kind: 'deflated' }>['open'],
  ): Promise<ByteSource | undefined> {
    const limit = Math.max(MAX_FREE_EXPANSION, this.#target.source.size * MAX_EXPANSION_RATIO);
    const pass = { isFirst: true, isBomb: false, crc: 0 };
    const target = this.#target;
    const context = this.#context;
    const count = (length: number): boolean => (this.#expanded += length) > limit;
    const content = async function* (): AsyncGenerator<Uint8Array> {
      const stream = open((problem) => {
        if (pass.isFirst) reportFormatProblems([problem], PROBLEM_RULES, { target, context });
      });
      for await (const chunk of stream) {
        pass.isBomb ||= pass.isFirst && count(chunk.length);
        if (pass.isBomb) return;
        yield chunk;
      }
    };
    const source = await openInnerSource(content, context, (chunk) => {
      pass.crc = crc32(chunk, pass.crc);
    });
    pass.isFirst = false;
    if (pass.isBomb) {
      const message = `the members expand to more than ${limit} bytes`;
      context.report({ rule: 'ARCHIVE_BOMB', message, evidence: member.name }, target);
      context.inconclusive('an archive expands beyond measure');
      return undefined;
    }
    this.#compareCrc(member, pass.crc);
    return source;
  }

  #compareCrc(member: ZipMember, crc: number): void {
    // A header that leaves it to the descriptor says 0; the directory's value is compared then.
    if (member.crc === crc || (member.seen === 'local' && member.crc === 0)) return;
    const offset = member.local?.offset ?? 0;
    const message = 'the content does not fit its check sum';
    this.#context.report({ rule: 'ZIP_CRC_WRONG', offset, message, evidence: member.name }, this.#target);
  }
}

async function crcOf(source: ByteSource): Promise<number> {
  let crc = 0;
  for await (const chunk of streamSource(source)) crc = crc32(chunk, crc);
  return crc;
}
