/** What a field may hold: how it is encoded, and whether the walk goes into it. */
export type ProtoFieldKind = 'varint' | 'fixed32' | 'fixed64' | 'string' | 'bytes' | 'message';

/** One field of a message. */
export interface ProtoField {
  readonly name: string;
  readonly kind: ProtoFieldKind;
  readonly isRepeated: boolean;
  /** The message inside, by name in the schema. */
  readonly message?: string;
}

/** A message by the numbers of its fields. */
export type ProtoMessageShape = Readonly<Record<number, ProtoField>>;

/** The messages of a format by name. */
export type ProtoSchema = Readonly<Record<string, ProtoMessageShape>>;

/** Spells a field: `string* name` (repeated), `varint version`, `NodeProto* node` (a message). */
function parseField(spelling: string): ProtoField {
  const [kindName = '', name = ''] = spelling.split(' ');
  const isRepeated = kindName.endsWith('*');
  const kind = isRepeated ? kindName.slice(0, -1) : kindName;
  if (isScalarKind(kind)) return { name, kind, isRepeated };
  return { name, kind: 'message', isRepeated, message: kind };
}

function isScalarKind(kind: string): kind is Exclude<ProtoFieldKind, 'message'> {
  return ['varint', 'fixed32', 'fixed64', 'string', 'bytes'].includes(kind);
}

/** A schema from its spelling, a table as near to a `.proto` file as it can be. */
export function protoSchema(
  spelling: Readonly<Record<string, Readonly<Record<number, string>>>>,
): ProtoSchema {
  return Object.fromEntries(
    Object.entries(spelling).map(([message, fields]) => [
      message,
      Object.fromEntries(Object.entries(fields).map(([number, field]) => [number, parseField(field)])),
    ]),
  );
}
