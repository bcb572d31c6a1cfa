/** A value of a FlatBuffer: what a field or an element holds. */
export type FlatValue =
  | { readonly table: readonly (FlatValue | undefined)[] }
  | { readonly tables: readonly FlatValue[] }
  | { readonly text: string }
  | { readonly bytes: Uint8Array }
  | { readonly u8: number }
  | { readonly u32: number }
  | { readonly u64: bigint };

/** A FlatBuffer with an identifier; each part stands behind what points to it, as readers demand. */
export function flatBuffer(root: FlatValue, identifier: string): Uint8Array<ArrayBuffer> {
  const writer = new Writer();
  writer.u32(0);
  for (const char of identifier) writer.out.push(char.charCodeAt(0));
  writer.point(0, root);
  return Uint8Array.from(writer.out);
}

class Writer {
  readonly out: number[] = [];

  u32(value: number): void {
    for (let shift = 0; shift < 32; shift += 8) this.out.push((value >>> shift) & 0xff);
  }

  /** Writes a value at the end and the distance to it at a place. */
  point(from: number, value: FlatValue): void {
    while (this.out.length % 4 !== 0) this.out.push(0);
    const vtable = 'table' in value ? this.#vtable(value.table) : undefined;
    const at = this.out.length;
    for (let index = 0; index < 4; index++) this.out[from + index] = ((at - from) >>> (8 * index)) & 0xff;
    if ('table' in value && vtable !== undefined) this.#table(value.table, at - vtable);
    else if ('tables' in value) this.#offsets(value.tables);
    else if ('text' in value) this.#bytes(Buffer.from(value.text));
    else if ('bytes' in value) this.#bytes(value.bytes);
  }

  #vtable(fields: readonly (FlatValue | undefined)[]): number {
    const start = this.out.length;
    const size = 4 + 8 * fields.length;
    for (const number of [
      4 + 2 * fields.length,
      size,
      ...fields.map((field, index) => (field === undefined ? 0 : 4 + 8 * index)),
    ]) {
      this.out.push(number & 0xff, number >> 8);
    }
    while (this.out.length % 4 !== 0) this.out.push(0);
    return start;
  }

  #table(fields: readonly (FlatValue | undefined)[], vtableDistance: number): void {
    const start = this.out.length;
    this.u32(vtableDistance);
    for (const field of fields) this.#inline(field);
    for (const [index, field] of fields.entries()) {
      const isPointer =
        field !== undefined && ('table' in field || 'tables' in field || 'text' in field || 'bytes' in field);
      if (isPointer) this.point(start + 4 + 8 * index, field);
    }
  }

  #inline(field: FlatValue | undefined): void {
    const number =
      field === undefined
        ? 0n
        : 'u64' in field
          ? field.u64
          : 'u32' in field
            ? BigInt(field.u32)
            : 'u8' in field
              ? BigInt(field.u8)
              : 0n;
    for (let index = 0n; index < 8n; index++) this.out.push(Number((number >> (8n * index)) & 0xffn));
  }

  #offsets(values: readonly FlatValue[]): void {
    this.u32(values.length);
    const start = this.out.length;
    for (const _ of values) this.u32(0);
    for (const [index, value] of values.entries()) this.point(start + 4 * index, value);
  }

  #bytes(bytes: Uint8Array): void {
    this.u32(bytes.length);
    this.out.push(...bytes, 0);
  }
}
