import { bufferView } from '../../bytes/index.ts';

const DECIMAL = /^[+-]?\d+(?:_\d+)*$/;
const ANY_BASE =
  /^([+-]?)(0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|[1-9](?:_?\d)*|0(?:_?0)*)$/;
const C_LONG = /^[ \t\n\v\f\r]*[+-]?\d+$/;
const FLOAT = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?|nan)$/i;
const C_SPACE = /^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/g;
const LONG_LIMIT = 1n << 63n;

/** CPython hands lines to C functions that stop at a NUL byte. */
function upToNul(line: string): string {
  const nul = line.indexOf('\0');
  return nul === -1 ? line : line.slice(0, nul);
}

/** A decimal integer as `int(text, 10)` takes it (GET, PUT); `undefined` when it refuses. */
export function parseDecimal(line: string): bigint | undefined {
  const text = upToNul(line).replace(C_SPACE, '');
  return DECIMAL.test(text) ? bigintOf(text.replaceAll('_', '')) : undefined;
}

/** An integer in any notation as `int(text, 0)` takes it; `undefined` when it refuses. */
function parseAnyBase(line: string): bigint | undefined {
  const match = ANY_BASE.exec(upToNul(line).replace(C_SPACE, ''));
  if (match === null) return undefined;
  const [, sign, digits] = match as unknown as [string, string, string];
  const magnitude = BigInt(digits.replaceAll('_', ''));
  return sign === '-' ? -magnitude : magnitude;
}

/** Argument of LONG: an integer in any notation, an `L` at its end ignored. */
export function parseLong(line: string): bigint | undefined {
  return parseAnyBase(line.endsWith('L') ? line.slice(0, -1) : line);
}

/** Argument of INT: an integer as C's `strtol` reads it, else as Python does; `00` and `01` are booleans. */
export function parseInt0(line: string): bigint | boolean | undefined {
  const text = upToNul(line);
  // strtol converts nothing from an empty string and reports no error either.
  const value = text === '' ? 0n : C_LONG.test(text) ? bigintOf(text.trim()) : undefined;
  if (value === undefined || value >= LONG_LIMIT || value < -LONG_LIMIT) return parseAnyBase(line);
  return line.length === 2 && (value === 0n || value === 1n) ? value === 1n : value;
}

/** Argument of FLOAT, as CPython's `PyOS_string_to_double` reads it; `undefined` when it refuses or overflows. */
export function parseFloat0(line: string): number | undefined {
  const text = upToNul(line);
  if (!FLOAT.test(text)) return undefined;
  const special = /^([+-]?)(inf|nan)/i.exec(text);
  if (special !== null) {
    if (special[2]?.toLowerCase() === 'nan') return Number.NaN;
    return special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** Argument of LONG1 and LONG4: two's complement, little-endian; nothing is zero. */
export function decodeLong(bytes: Uint8Array): bigint {
  if (bytes.length === 0) return 0n;
  const hex = bufferView(bytes.toReversed()).toString('hex');
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${hex}`));
}

function bigintOf(text: string): bigint {
  return text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text.startsWith('+') ? text.slice(1) : text);
}
