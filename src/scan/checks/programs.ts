import { bufferView } from '../../bytes/index.ts';
import type { Check, ScanContext, ScanTarget } from '../check.ts';
import { programAt } from '../detectors/index.ts';
import { familiesOf } from '../format-families.ts';
import type { FormatName } from '../format-name.ts';

const PROGRAMS: readonly FormatName[] = [
  'elf',
  'pe',
  'mach-o',
  'wasm',
  'java-class',
  'jar',
  'dex',
  'ar',
  'script',
  'python-bytecode',
  'windows-shortcut',
];
/** Families of formats whose content is scanned by itself. */
const LOOKED_INTO: ReadonlySet<string> = new Set([
  'zip',
  'tar',
  'gzip',
  'zlib',
  'bzip2',
  'xz',
  'lzma',
  'zstd',
  'lz4',
]);
/** Files up to this size are searched whole; of larger ones, so much of both ends. */
const MAX_SEARCHED_BYTES = 1 << 25;
const SEARCHED_END_BYTES = 1 << 23;
/** Of raw numbers only the ends are searched: weights are long, and what is hidden is put at an end. */
const SEARCHED_DATA_BYTES = 1 << 16;
/** Pieces overlap by this, so that a header that lies across two is whole in one of them. */
const PIECE_BYTES = 1 << 20;
const OVERLAP_BYTES = 4096;
const MAX_FOUND = 20;

const MAGICS = [
  '\x7fELF',
  'MZ',
  '\xfe\xed\xfa\xce',
  '\xfe\xed\xfa\xcf',
  '\xce\xfa\xed\xfe',
  '\xcf\xfa\xed\xfe',
].map((text) => Uint8Array.from(text, (char) => char.charCodeAt(0)));
// In two halves, so that this file is not taken for the test file itself.
const EICAR = Buffer.from(
  'X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR' + '-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*',
  'latin1',
);

/** Programs: files that are one, and headers of one inside other data. */
export const programsCheck: Check = {
  name: 'programs',
  formats: ['any'],
  async run(target, context) {
    if (familiesOf([target.format]).some((family) => LOOKED_INTO.has(family))) return;
    const isProgram = PROGRAMS.includes(target.format);
    for (const [start, end] of searchedRanges(target)) {
      await searchRange(target, context, { start, end, isProgram });
    }
  },
};

/** Files that are programs themselves, by their format. */
export const programFileCheck: Check = {
  name: 'program-file',
  formats: PROGRAMS,
  run(target, context) {
    context.report(
      { rule: 'PROGRAM_FILE', offset: 0, message: `the file is a program (${target.format})` },
      target,
    );
    return Promise.resolve();
  },
};

function searchedRanges({ source, format }: ScanTarget): readonly (readonly [number, number])[] {
  const isData = format === 'data';
  const whole = isData ? 2 * SEARCHED_DATA_BYTES : MAX_SEARCHED_BYTES;
  if (source.size <= whole) return [[0, source.size]];
  const part = isData ? SEARCHED_DATA_BYTES : SEARCHED_END_BYTES;
  return [
    [0, part],
    [source.size - part, source.size],
  ];
}

async function searchRange(
  target: ScanTarget,
  context: ScanContext,
  range: { start: number; end: number; isProgram: boolean },
): Promise<void> {
  const found = new Set<number>();
  for (let at = range.start; at < range.end; at += PIECE_BYTES) {
    const piece = new Uint8Array(
      await target.source.read(at, Math.min(PIECE_BYTES + OVERLAP_BYTES, range.end - at)),
    );
    searchPiece({ bytes: piece, at }, { target, context, found, isProgram: range.isProgram });
    if (found.size >= MAX_FOUND) return;
  }
}

function searchPiece(
  { bytes, at }: { bytes: Uint8Array; at: number },
  search: { target: ScanTarget; context: ScanContext; found: Set<number>; isProgram: boolean },
): void {
  const { target, context, found } = search;
  const buffer = bufferView(bytes);
  const eicar = buffer.indexOf(EICAR);
  if (eicar >= 0 && !found.has(at + eicar)) {
    found.add(at + eicar);
    context.report(
      { rule: 'MALWARE_TEST_FILE', offset: at + eicar, message: 'the EICAR test string' },
      target,
    );
  }
  for (const magic of MAGICS) {
    for (let index = buffer.indexOf(magic); index >= 0; index = buffer.indexOf(magic, index + 1)) {
      const offset = at + index;
      // A program at the start is the file itself; programs hold parts of others, and say so.
      if (offset === 0 || search.isProgram || found.has(offset)) continue;
      const format = programAt(bytes, index);
      if (format === undefined) continue;
      found.add(offset);
      const message = `the header of a program (${format})`;
      context.report({ rule: 'PROGRAM_EMBEDDED', offset, message }, target);
      if (found.size >= MAX_FOUND) return;
    }
  }
}
