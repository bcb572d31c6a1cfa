import type { FormatName } from '../format-name.ts';
import type { Detector } from './detector.ts';

/** Where a program's header gives the offset of its PE header. */
const PE_OFFSET_AT = 0x3c;
const MACH_MAGICS: ReadonlySet<number> = new Set([0xfeedface, 0xfeedfacf, 0xcefaedfe, 0xcffaedfe]);
/** CPU types of Mach-O without the 64-bit flag: VAX, 68k, x86, ARM, SPARC, PowerPC … */
const MACH_CPU_TYPES: ReadonlySet<number> = new Set([1, 6, 7, 10, 11, 12, 13, 14, 15, 16, 18]);
const FAT_MAGIC = 0xcafebabe;
/** A universal program holds a handful of slices; a Java class has its version (45 and above) at the same place. */
const MAX_FAT_SLICES = 40;
const FIRST_JAVA_VERSION = 45;

/** Programs, each checked further than its first bytes: those occur in numbers by chance. */
export const programDetector: Detector = {
  name: 'program',
  detect({ head }) {
    const format = programAt(head, 0);
    const found: FormatName[] = format === undefined ? [] : [format];
    if (head[0] === 0x23 && head[1] === 0x21 && isScriptLine(head)) found.push('script');
    return found;
  },
};

/** The program that begins at a place of these bytes; `undefined` when its header does not hold up. */
export function programAt(bytes: Uint8Array, at: number): FormatName | undefined {
  const [first, second] = [bytes[at], bytes[at + 1]];
  if (first === 0x7f && second === 0x45) return isElf(bytes, at) ? 'elf' : undefined;
  if (first === 0x4d && second === 0x5a) return isPe(bytes, at) ? 'pe' : undefined;
  if (bytes.length < at + 16) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, 16);
  const magic = view.getUint32(0);
  if (MACH_MAGICS.has(magic)) return isMachO(view, magic) ? 'mach-o' : undefined;
  if (magic === FAT_MAGIC) {
    const count = view.getUint32(4);
    if (count >= 1 && count <= MAX_FAT_SLICES)
      return MACH_CPU_TYPES.has(view.getUint32(8) & 0xffffff) ? 'mach-o' : undefined;
    return view.getUint16(6) >= FIRST_JAVA_VERSION && view.getUint16(6) < 200 ? 'java-class' : undefined;
  }
  return undefined;
}

/** Class, byte order, version and type of an ELF header must all be ones that exist. */
function isElf(bytes: Uint8Array, at: number): boolean {
  if (bytes[at + 2] !== 0x4c || bytes[at + 3] !== 0x46 || bytes.length < at + 20) return false;
  const [bits = 0, order = 0, version = 0] = bytes.subarray(at + 4, at + 7);
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, 20);
  const type = view.getUint16(16, order === 1);
  return (
    (bits === 1 || bits === 2) && (order === 1 || order === 2) && version === 1 && type >= 1 && type <= 4
  );
}

/** `MZ` alone is noise: the header must lead to `PE\0\0`. */
function isPe(bytes: Uint8Array, at: number): boolean {
  if (bytes.length < at + PE_OFFSET_AT + 4) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = at + view.getUint32(at + PE_OFFSET_AT, true);
  return header + 4 <= bytes.length && view.getUint32(header) === 0x50450000;
}

function isMachO(view: DataView, magic: number): boolean {
  const isLittle = magic === 0xcefaedfe || magic === 0xcffaedfe;
  const cpu = view.getUint32(4, isLittle) & 0xffffff;
  const fileType = view.getUint32(12, isLittle);
  return MACH_CPU_TYPES.has(cpu) && fileType >= 1 && fileType <= 12;
}

/** `#!` and a path or a command, as text. */
function isScriptLine(head: Uint8Array): boolean {
  const line = head.subarray(2, 64);
  const end = line.indexOf(0x0a);
  const shown = end < 0 ? line : line.subarray(0, end);
  return (
    shown.length > 0 && shown.every((byte) => byte === 0x09 || byte === 0x0d || (byte >= 0x20 && byte < 0x7f))
  );
}
