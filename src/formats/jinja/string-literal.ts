const SIMPLE: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};
const ESCAPE =
  /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|N\{([^}]*)\}|([0-7]{1,3})|([\s\S]))/g;
const MAX_CODE_POINT = 0x10ffff;

/** The value of a string literal's inside, as Python's `unicode-escape` decodes it (jinja2/lexer.py, `wrap`). */
export function decodeStringLiteral(inner: string): {
  readonly value: string;
  readonly isDisguised: boolean;
} {
  let isDisguised = false;
  const value = inner.replace(ESCAPE, (whole, ...groups: (string | undefined)[]) => {
    const [hex, short, long, named, octal, simple] = groups;
    if (simple !== undefined) return Object.hasOwn(SIMPLE, simple) ? (SIMPLE[simple] ?? '') : whole;
    if (named !== undefined) {
      isDisguised = true;
      return /^(?:low line|spacing underscore)$/i.test(named) ? '_' : '\ufffd';
    }
    const code =
      octal === undefined ? Number.parseInt(hex ?? short ?? long ?? '', 16) : Number.parseInt(octal, 8);
    if (code > MAX_CODE_POINT) return '\ufffd';
    if (/[A-Za-z_]/.test(String.fromCodePoint(code))) isDisguised = true;
    return String.fromCodePoint(code);
  });
  return { value, isDisguised };
}
