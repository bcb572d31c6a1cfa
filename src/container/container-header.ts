import type { KeySlot } from './recipient.ts';

/** How the stored bytes were compressed before sealing. */
export type StoredCompression =
  | { readonly algorithm: 'none' }
  /** Zstandard Seekable Format; every frame but the last has `frame` bytes of content. */
  | { readonly algorithm: 'zstd'; readonly frame: number };

/** What the names of a file and its digests are; encrypted in a sealed header. */
export interface FileMetadata {
  readonly name: string;
  /** SHA-256 of the plaintext, lower-case hex. */
  readonly sha256: string;
  /** SHA-512 of the plaintext, lower-case hex, where it was asked for. */
  readonly sha512?: string | undefined;
}

interface AnyHeader {
  readonly format: 'strongroom/1';
  /** Id of the strongroom, 16 bytes base64url. */
  readonly vault: string;
  /** Id of the blob, 16 bytes base64url. */
  readonly blob: string;
  /** ISO 8601, UTC, milliseconds. */
  readonly createdAt: string;
  /** Of the plaintext, in bytes. */
  readonly size: number;
  /** Of what was sealed, in bytes: the plaintext, or its compressed form. */
  readonly storedSize: number;
  /** Of the payload, in bytes. */
  readonly payloadSize: number;
  /** Check sum of the payload (docs/spec/container.md §4), lower-case hex: damage is found without a key. */
  readonly payloadCheck: string;
  readonly compression: StoredCompression;
  /** Grows by one whenever the header is replaced; from 1. Not covered by the MAC. */
  readonly generation: number;
}

/** The header of an encrypted payload. */
export interface EncryptedHeader extends AnyHeader {
  /** 1: FLOE with AES-256-GCM and HKDF-Expand-SHA-384. */
  readonly suite: 1;
  /** Bytes of a full FLOE segment. */
  readonly segment: number;
  /** FLOE header, base64url of 74 bytes. */
  readonly floe: string;
  /** `FileMetadata`, encrypted; base64url. */
  readonly metadata: string;
  /** HMAC-SHA-256 of everything except `mac`, `generation` and `slots`; base64url. */
  readonly mac: string;
  /** The wrappings of the data key. Not covered by the MAC: each is authenticated by itself. */
  readonly slots: readonly KeySlot[];
}

/** The header of a payload that is not encrypted, where somebody switched encryption off. */
export interface PlainHeader extends AnyHeader {
  readonly suite: 0;
  readonly plain: FileMetadata;
}

/** What stands beside a payload (docs/spec/container.md). */
export type ContainerHeader = EncryptedHeader | PlainHeader;
