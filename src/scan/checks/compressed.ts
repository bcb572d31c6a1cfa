import { sliceSource } from '../../bytes/index.ts';
import { type CompressedFormat, DECODERS, type FormatProblem } from '../../formats/index.ts';
import type { Check, ScanContext, ScanTarget } from '../check.ts';
import { openInnerSource } from '../inner-source.ts';
import { extensionOf } from '../name-claims.ts';
import type { RuleId } from '../rules/index.ts';

const FORMATS = [
  'gzip',
  'zlib',
  'bzip2',
  'xz',
  'lzma',
  'zstd',
  'lz4',
] as const satisfies readonly CompressedFormat[];
const EXTENSIONS: ReadonlySet<string> = new Set(['gz', 'tgz', 'z', 'bz2', 'xz', 'lzma', 'zst', 'lz4']);
/** Zero bytes behind the data that writers of tapes and blocks leave. */
const PADDING_LOOKED_AT = 65_536;

/** Compressed files: their content, as far as it can be read, and what follows it. */
export const compressedCheck: Check = {
  name: 'compressed',
  formats: FORMATS,
  async run(target, context) {
    const format = FORMATS.find((each) => each === target.format);
    if (format === undefined) return;
    const problems: FormatProblem[] = [];
    const pass = { isFirst: true, end: target.source.size };
    const open = async function* (): AsyncGenerator<Uint8Array> {
      const note = (problem: FormatProblem): void => {
        if (pass.isFirst) problems.push(problem);
      };
      const reached = yield* DECODERS[format]({ source: target.source, start: 0, note });
      if (pass.isFirst) pass.end = reached;
    };
    const source = await openInnerSource(open, context);
    pass.isFirst = false;
    for (const problem of problems) reportProblem(problem, target, context);
    await context.nested(target, { source, name: innerName(target.name) });
    await scanTrailing(target, context, pass.end);
  },
};

function reportProblem(problem: FormatProblem, target: ScanTarget, context: ScanContext): void {
  const { severity, code, offset, message } = problem;
  if (code.endsWith('_UNSUPPORTED')) {
    context.report({ rule: 'FORMAT_UNREADABLE', offset, message }, target);
    context.unknown(message);
  } else if (severity === 'limit') {
    context.report({ rule: 'SCAN_LIMIT', offset, message }, target);
    context.inconclusive(message);
  } else {
    const rule: RuleId = code.endsWith('_CHECKSUM') ? 'COMPRESSED_CHECKSUM' : 'COMPRESSED_BROKEN';
    context.report({ rule, offset, message }, target);
  }
}

async function scanTrailing(target: ScanTarget, context: ScanContext, end: number): Promise<void> {
  const { source } = target;
  if (end >= source.size) return;
  const start = new Uint8Array(await source.read(end, PADDING_LOOKED_AT));
  if (end + start.length === source.size && start.every((byte) => byte === 0)) return;
  const message = `${source.size - end} bytes behind the compressed data`;
  context.report({ rule: 'COMPRESSED_TRAILING', offset: end, message }, target);
  const rest = sliceSource(source, { start: end, end: source.size });
  await context.nested(target, { source: rest, name: `bytes behind ${end}`, expected: 'data' });
}

/** What the content is called: the name without the ending that says how it is compressed. */
function innerName(name: string): string {
  const base = name.split(/[/\\]/).at(-1) ?? '';
  const extension = extensionOf(base);
  if (extension === undefined || !EXTENSIONS.has(extension)) return 'content';
  const stem = base.slice(0, -extension.length - 1);
  return extension === 'tgz' ? `${stem}.tar` : stem;
}
