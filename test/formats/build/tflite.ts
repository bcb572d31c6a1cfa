import { type FlatValue, flatBuffer } from './flatbuffer.ts';

/** What to make a TFLite model of. */
export interface BuiltTflite {
  readonly customNames?: readonly string[];
  readonly bufferOffset?: bigint;
  readonly bufferSize?: bigint;
  readonly externalFile?: string;
  readonly tensorBuffer?: number;
  readonly codeIndex?: number;
  readonly version?: number;
}

/** A TFLite model with one builtin operator, one tensor and two buffers. */
export function tfliteFile(parts: BuiltTflite = {}): Uint8Array<ArrayBuffer> {
  const codes: FlatValue[] = [
    { table: [{ u8: 0 }, undefined, { u32: 1 }, { u32: 0 }] },
    ...(parts.customNames ?? []).map(
      (text): FlatValue => ({ table: [{ u8: 32 }, { text }, { u32: 1 }, { u32: 32 }] }),
    ),
  ];
  const tensor: FlatValue = {
    table: [{ bytes: new Uint8Array(0) }, { u8: 0 }, { u32: parts.tensorBuffer ?? 1 }, { text: 't' }],
  };
  const operator: FlatValue = { table: [{ u32: parts.codeIndex ?? 0 }] };
  const subgraph: FlatValue = { table: [{ tables: [tensor] }, undefined, undefined, { tables: [operator] }] };
  const data: FlatValue = {
    table: [
      { bytes: new Uint8Array(16) },
      { u64: parts.bufferOffset ?? 0n },
      { u64: parts.bufferSize ?? 0n },
    ],
  };
  const groups: FlatValue | undefined =
    parts.externalFile === undefined ? undefined : { tables: [{ table: [{ text: parts.externalFile }] }] };
  return flatBuffer(
    {
      table: [
        { u32: parts.version ?? 3 },
        { tables: codes },
        { tables: [subgraph] },
        { text: 'description' },
        { tables: [{ table: [] }, data] },
        undefined,
        { tables: [{ table: [{ text: 'meta' }, { u32: 1 }] }] },
        undefined,
        groups,
      ],
    },
    'TFL3',
  );
}
