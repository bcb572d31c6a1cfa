import { z } from 'zod';
import { fromBase64, Passphrase, SecretBytes, toBase64, utf8Bytes, utf8Text } from '../../bytes/index.ts';
import {
  type AliasName,
  type FilePath,
  formatVersionRef,
  MAX_FILE_PATH_BYTES,
  type ModelName,
  type NamespaceName,
  parseFilePath,
  parseVersionRef,
  type VersionRef,
} from '../names.ts';
import { PERMISSIONS, type Permission } from '../permissions.ts';
import type { PrincipalId } from '../principals.ts';

// The fields that requests and answers are made of. Each is a codec: what stands on the wire, and what the API takes.

const NAME = '(?!.*\\.\\.)[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?';
const MAX_SECRET_CHARS = 1024;

/** A version that has no name and no number: the newest. No alias can be called so. */
export const NEWEST = '~newest';

/** What a text is made of, and one that readers of the API description can try. */
interface Wording {
  readonly maxChars: number;
  readonly example: string;
}

/** Text by a pattern, under the brand of the names that have it. */
function branded<Name extends string>(
  pattern: string,
  { maxChars, example }: Wording,
): z.ZodType<Name, string> {
  return z
    .string()
    .max(maxChars)
    .regex(new RegExp(`^${pattern}$`))
    .meta({ examples: [example] }) as unknown as z.ZodType<Name, string>;
}

export const namespaceName = branded<NamespaceName>(NAME, { maxChars: 64, example: 'acme' });
export const modelName = branded<ModelName>(`${NAME}/${NAME}`, {
  maxChars: 129,
  example: 'acme/churn',
});
export const aliasName = branded<AliasName>(`(?!\\d+$)${NAME}`, { maxChars: 64, example: 'production' });
/** The part of a model's name after its namespace; names of users, roles and the like look the same. */
export const plainName = z
  .string()
  .max(64)
  .regex(new RegExp(`^${NAME}$`))
  .meta({ examples: ['churn'] });
export const principal = branded<PrincipalId>(`(?:user|service-account|workload):${NAME}`, {
  maxChars: 80,
  example: 'user:ada',
});
export const permission = z.enum(Object.keys(PERMISSIONS) as [Permission, ...Permission[]]);
/** A number of a version, as JSON. */
export const versionNumber = z
  .int()
  .min(1)
  .max(999_999_999)
  .meta({ examples: [3] });
/** The same in a path. */
export const versionDigits = z.codec(
  z
    .string()
    .regex(/^[1-9]\d{0,8}$/)
    .meta({ examples: ['3'] }),
  versionNumber,
  {
    decode: Number,
    encode: String,
  },
);
export const versionWord = z
  .string()
  .max(64)
  .regex(new RegExp(`^(?:${NEWEST}|[1-9]\\d{0,8}|(?!\\d+$)${NAME})$`))
  .meta({ examples: ['3', 'production', NEWEST] });

/** The path of a file inside a version. */
export const filePath = z
  .string()
  .min(1)
  .max(MAX_FILE_PATH_BYTES)
  .refine(isFilePath, 'not a path of a file inside a version')
  .meta({ examples: ['weights/model.onnx'] }) as unknown as z.ZodType<FilePath, string>;

function isFilePath(text: string): boolean {
  try {
    parseFilePath(text);
    return true;
  } catch {
    return false;
  }
}

/** `acme/churn`, `acme/churn@3` or `acme/churn:production`. */
export const versionRef: z.ZodType<VersionRef, string> = z.codec(
  z
    .string()
    .max(200)
    .regex(new RegExp(`^${NAME}/${NAME}(?:@[1-9]\\d{0,8}|:(?!\\d+$)${NAME})?$`))
    .meta({ examples: ['acme/churn@3', 'acme/churn:production'] }),
  z.custom<VersionRef>((value) => typeof value === 'object'),
  { decode: parseVersionRef, encode: formatVersionRef },
);

/** One line for people: normalised, without control characters. */
export function line(maxChars: number, minChars = 0): z.ZodString {
  return z
    .string()
    .normalize('NFC')
    .min(minChars)
    .max(maxChars)
    .regex(/^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$/)
    .refine((text) => text.isWellFormed(), 'not well-formed Unicode');
}

/** Text for people that may have several lines. */
export function prose(maxChars: number): z.ZodString {
  return z
    .string()
    .normalize('NFC')
    .max(maxChars)
    .regex(/^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f]*$/)
    .refine((text) => text.isWellFormed(), 'not well-formed Unicode');
}

/** An id that the server gave out. */
export const id = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[A-Za-z0-9._:@/+=~-]+$/);

/** A point in time on its way in: ISO 8601 in UTC. */
export const timeIn = z.iso.datetime().overwrite((text) => {
  // Runs on what the check before it has refused too; its finding stands, and nothing is thrown.
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? text : time.toISOString();
});
/** The same on its way out. */
export const time = z.string().meta({ format: 'date-time', examples: ['2026-03-01T09:30:00.000Z'] });

/** A secret: text on the wire, bytes that never print here. */
export const secret: z.ZodType<SecretBytes, string> = z.codec(
  z.string().min(1).max(MAX_SECRET_CHARS),
  z.custom<SecretBytes>((value) => value instanceof SecretBytes),
  {
    decode: (text) => SecretBytes.take(utf8Bytes(text)),
    encode: (bytes) => utf8Text(bytes.expose()) ?? '',
  },
);

/** A longer secret: somebody else's token. */
export const longSecret: z.ZodType<SecretBytes, string> = z.codec(
  z.string().min(1).max(16_384),
  z.custom<SecretBytes>((value) => value instanceof SecretBytes),
  {
    decode: (text) => SecretBytes.take(utf8Bytes(text)),
    encode: (bytes) => utf8Text(bytes.expose()) ?? '',
  },
);

/** What a person typed as a secret. */
export const passphrase: z.ZodType<Passphrase, string> = z.codec(
  z.string().min(1).max(MAX_SECRET_CHARS),
  z.custom<Passphrase>((value) => value instanceof Passphrase),
  {
    decode: (text) => Passphrase.fromText(text),
    encode: (words) => utf8Text(words.expose()) ?? '',
  },
);

/** A small binary, base64 on the wire. */
export function base64(maxBytes: number): z.ZodType<Uint8Array, string> {
  const text = z
    .string()
    .max(Math.ceil(maxBytes / 3) * 4)
    .regex(/^[A-Za-z0-9+/]*={0,2}$/)
    .refine((value) => fromBase64(value) !== undefined, 'not base64')
    .meta({ contentEncoding: 'base64' });
  return z.codec(
    text,
    z.custom<Uint8Array>((value) => value instanceof Uint8Array),
    {
      decode: (value) => fromBase64(value) ?? new Uint8Array(),
      encode: toBase64,
    },
  );
}

/** A list that nothing is added to any more. */
export function list<Item extends z.ZodType>(item: Item, max = 10_000): z.ZodReadonly<z.ZodArray<Item>> {
  return z.array(item).max(max).readonly();
}

/** A table from keys to values, of at most so many entries. */
export function table<Value extends z.ZodType>(value: Value, max = 256): z.ZodRecord<z.ZodString, Value> {
  return z
    .record(line(256, 1), value)
    .refine((entries) => Object.keys(entries).length <= max, `more than ${max} entries`);
}

/** A number in a query. */
export function queryNumber(min: number, max: number): z.ZodType<number, string> {
  return z.codec(z.string().regex(/^\d{1,10}$/), z.int().min(min).max(max), {
    decode: Number,
    encode: String,
  });
}
