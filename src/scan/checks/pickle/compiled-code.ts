const TYPE_CODE = 0x63;
const FLAG_REF = 0x80;
/** Type bytes of the code string that follows the numbers (`s`, with or without the reference flag). */
const CODE_STRINGS: ReadonlySet<number> = new Set([0x73, 0xf3]);
/** Numbers before it, of 4 bytes each: five from Python 3.11 on, six before, four in 3.7 and older with two less. */
const HEADERS = [5, 6, 4] as const;
const MAX_ARGUMENTS = 256;
const MAX_STACK = 1 << 16;

/** Whether bytes are compiled Python as `marshal` writes it (CPython's `Python/marshal.c`, TYPE_CODE). */
export function isCompiledPython(bytes: Uint8Array): boolean {
  const [first = 0] = bytes;
  if ((first & ~FLAG_REF) !== TYPE_CODE || bytes.length < 32) return false;
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 32));
  return HEADERS.some((count) => {
    const numbers = Array.from({ length: count }, (_, index) => view.readUInt32LE(1 + index * 4));
    const [args = 0, second = 0, third = 0] = numbers;
    const hasCode = CODE_STRINGS.has(bytes[1 + count * 4] ?? 0);
    return (
      hasCode &&
      Math.max(args, second, third) < MAX_ARGUMENTS &&
      numbers.slice(0, -1).every((value) => value < MAX_STACK)
    );
  });
}

const PROGRAM =
  /\b(?:exec|eval|__import__|compile|os\.(?:system|popen|exec\w*|spawn\w*)|subprocess\.\w+|importlib\.\w+|socket\.\w+)\s*\(/;

/** Whether text that was hidden by an encoding is a program that runs programs or other code. */
export function isHiddenProgram(bytes: Uint8Array): boolean {
  return PROGRAM.test(Buffer.from(bytes.subarray(0, 1 << 16)).toString('latin1'));
}
