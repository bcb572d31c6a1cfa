import * as z from 'zod';
import { fromBase64Url } from '../bytes/index.ts';
import type { ContainerHeader, EncryptedHeader, FileMetadata, PlainHeader } from './container-header.ts';
import { FLOE_HEADER_BYTES, FLOE_SEGMENT_OVERHEAD } from './floe.ts';
import { FORMAT, ID_BYTES } from './labels.ts';
import {
  MAX_FILE_NAME_BYTES,
  MAX_FRAME_BYTES,
  MAX_SEGMENT_BYTES,
  MAX_SLOTS,
  MIN_FRAME_BYTES,
  MIN_SEGMENT_BYTES,
} from './limits.ts';
import type { KeySlot } from './recipient.ts';

// The shape of a header (docs/spec/container.md, "Header"): closed objects, every value bounded.

const ENC_BYTES = 1120;
const MAC_BYTES = 32;
const MAX_KEY_NAME_CHARS = 256;
const MAX_PHC_CHARS = 192;
/** A data key with an access code's layer, wrapped once more, has 244 bytes. */
const MAX_WRAPPED_BYTES = 512;
/** The longest name and two digests, each character escaped at worst to six, in one small FLOE message. */
const MAX_METADATA_BYTES = 12_288;

function base64Url(minBytes: number, maxBytes: number = minBytes): z.ZodType<string> {
  return z
    .string()
    .max(Math.ceil((maxBytes * 4) / 3))
    .refine((text) => {
      const length = fromBase64Url(text)?.length ?? -1;
      return length >= minBytes && length <= maxBytes;
    }, `not ${minBytes} to ${maxBytes} bytes as base64url`);
}

function powerOfTwo(min: number, max: number): z.ZodType<number> {
  return z
    .int()
    .min(min)
    .max(max)
    .refine((value) => Number.isInteger(Math.log2(value)), 'not a power of two');
}

const size = z.int().min(0);
const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);
const phc = z.string().max(MAX_PHC_CHARS).startsWith('$');
const wrapped = base64Url(48, MAX_WRAPPED_BYTES);
const fileName = z
  .string()
  .min(1)
  .refine((name) => Buffer.byteLength(name) <= MAX_FILE_NAME_BYTES, 'name too long');

/** Shape of the metadata, sealed or plain. */
export const METADATA_SCHEMA: z.ZodType<FileMetadata> = z.strictObject({
  name: fileName,
  sha256: sha256Hex,
  sha512: z
    .string()
    .regex(/^[0-9a-f]{128}$/)
    .optional(),
});

const slot: z.ZodType<KeySlot> = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('kek'),
    key: z.string().min(1).max(MAX_KEY_NAME_CHARS),
    version: z.int().min(1).max(0xffffffff),
    wrapped,
    code: phc.optional(),
  }),
  z.strictObject({ type: z.literal('passphrase'), kdf: phc, wrapped, code: phc.optional() }),
  z.strictObject({
    type: z.literal('x25519-mlkem768'),
    enc: base64Url(ENC_BYTES),
    wrapped,
    code: phc.optional(),
  }),
]);

const anyHeader = {
  format: z.literal(FORMAT),
  vault: base64Url(ID_BYTES),
  blob: base64Url(ID_BYTES),
  createdAt: z.iso.datetime({ precision: 3 }),
  size,
  storedSize: size,
  payloadSize: size,
  payloadCheck: sha256Hex,
  compression: z.discriminatedUnion('algorithm', [
    z.strictObject({ algorithm: z.literal('none') }),
    z.strictObject({ algorithm: z.literal('zstd'), frame: powerOfTwo(MIN_FRAME_BYTES, MAX_FRAME_BYTES) }),
  ]),
  generation: z.int().min(1),
};

const encryptedHeader: z.ZodType<EncryptedHeader> = z.strictObject({
  ...anyHeader,
  suite: z.literal(1),
  segment: powerOfTwo(MIN_SEGMENT_BYTES, MAX_SEGMENT_BYTES),
  floe: base64Url(FLOE_HEADER_BYTES),
  metadata: base64Url(FLOE_HEADER_BYTES + FLOE_SEGMENT_OVERHEAD, MAX_METADATA_BYTES),
  mac: base64Url(MAC_BYTES),
  slots: z.array(slot).min(1).max(MAX_SLOTS),
});

const plainHeader: z.ZodType<PlainHeader> = z.strictObject({
  ...anyHeader,
  suite: z.literal(0),
  plain: METADATA_SCHEMA,
});

/** Shape of a header by its suite; `undefined` for a suite that is not known here. */
export function headerSchema(suite: unknown): z.ZodType<ContainerHeader> | undefined {
  if (suite === 1) return encryptedHeader;
  if (suite === 0) return plainHeader;
  return undefined;
}
