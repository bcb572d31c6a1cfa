/** A piece of a pickle: each character a byte. */
export type Code = string;

/** A pickle as bytes. */
export function assemble(...pieces: readonly Code[]): Uint8Array {
  return new Uint8Array(Buffer.from(pieces.join(''), 'latin1'));
}

/** Bytes as characters, to be put inside a pickle. */
export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

/** PROTO. */
export function proto(version: number): Code {
  return `\x80${String.fromCharCode(version)}`;
}

/** A number in bytes, little-endian. */
export function little(value: number | bigint, width: 1 | 2 | 4 | 8): Code {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(BigInt(value));
  return buffer.subarray(0, width).toString('latin1');
}

/** SHORT_BINUNICODE, or BINUNICODE where it is longer. */
export function text(value: string): Code {
  const encoded = Buffer.from(value, 'utf8');
  const head = encoded.length < 256 ? `\x8c${little(encoded.length, 1)}` : `X${little(encoded.length, 4)}`;
  return head + encoded.toString('latin1');
}

/** SHORT_BINBYTES, or BINBYTES where it is longer. */
export function bytes(value: Uint8Array | string): Code {
  const content = typeof value === 'string' ? value : latin1(value);
  return (content.length < 256 ? `C${little(content.length, 1)}` : `B${little(content.length, 4)}`) + content;
}

/** GLOBAL. */
export function global(module: string, name: string): Code {
  return `c${module}\n${name}\n`;
}

/** STACK_GLOBAL over two strings. */
export function stackGlobal(module: string, name: string): Code {
  return `${text(module)}${text(name)}\x93`;
}

/** A tuple of values. */
export function tuple(...items: readonly Code[]): Code {
  return `(${items.join('')}t`;
}

/** A call by REDUCE. */
export function reduce(callee: Code, ...args: readonly Code[]): Code {
  return `${callee}${tuple(...args)}R`;
}

/** An object made by NEWOBJ without arguments. */
export function newObject(type: Code): Code {
  return `${type})\x81`;
}

/** BUILD with a dict of attributes. */
export function build(target: Code, attributes: Readonly<Record<string, Code>>): Code {
  const entries = Object.entries(attributes).map(([name, value]) => text(name) + value);
  return `${target}}(${entries.join('')}ub`;
}

/** FRAME of some code; `length` to lie about it. */
export function frame(code: Code, length: number = code.length): Code {
  return `\x95${little(length, 8)}${code}`;
}

/** The usual payload: `os.system('id')`. */
export const PAYLOAD: Code = "cos\nsystem\n(S'id'\ntR";

/** The payload as a whole pickle. */
export const PAYLOAD_FILE = assemble(PAYLOAD, '.');
