import type { FilePath, Lineage, ModelName } from '../api/index.ts';
import { parseFilePath, quoteForMessage } from '../api/index.ts';
import { formatCanonicalJson, toHex, utf8Bytes } from '../bytes/index.ts';
import { sha256 } from '../crypto/index.ts';
import { StrongroomError } from '../errors/index.ts';

/** What the canonical text says it is (docs/spec/manifest.md). */
const MANIFEST_FORMAT = 'strongroom-manifest/1';

/** Files of one version; beyond this a model is an archive that nobody unpacked. */
const MAX_FILES_PER_VERSION = 100_000;
export const MAX_METADATA_ENTRIES = 256;
const MAX_METADATA_KEY_CHARS = 128;
/** A page of text; more belongs into a file of the version. */
export const MAX_METADATA_VALUE_CHARS = 8192;
/** Longest word for how a version came out of another, in characters. */
const MAX_RELATION_CHARS = 64;

const HEX_256 = /^[0-9a-f]{64}$/;
const HEX_512 = /^[0-9a-f]{128}$/;
const CONTROL = /[\p{Cc}\p{Cs}]/u;
const CONTROL_BUT_LINES = /[^\P{Cc}\t\n\r]|\p{Cs}/u;

/** One file as the manifest names it: what it is, not where it is stored. */
export interface ManifestEntry {
  readonly path: FilePath;
  /** Size of the plaintext in bytes. */
  readonly size: number;
  /** SHA-256 of the plaintext, lower-case hex. */
  readonly sha256: string;
  /** SHA-512 of the plaintext, lower-case hex. */
  readonly sha512?: string;
}

/** What a version consists of. It never changes; what may change (aliases, metrics) is not in it. */
export interface Manifest {
  readonly model: ModelName;
  readonly version: number;
  /** ISO 8601 UTC with milliseconds. */
  readonly createdAt: string;
  readonly files: readonly ManifestEntry[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly derivedFrom?: Lineage;
}

/**
 * The one text of a manifest: canonical JSON, files by path. Whoever has the files can write it anew and compare
 * (docs/spec/manifest.md). Throws `MANIFEST_INVALID` as `assertManifest` does.
 */
export function formatManifest(manifest: Manifest): string {
  assertManifest(manifest);
  const { model, version, createdAt, metadata, derivedFrom } = manifest;
  return formatCanonicalJson({
    format: MANIFEST_FORMAT,
    model,
    version,
    createdAt,
    files: manifest.files.map(pickEntry).sort(byPath),
    metadata,
    derivedFrom:
      derivedFrom === undefined
        ? undefined
        : { model: derivedFrom.model, version: derivedFrom.version, relation: derivedFrom.relation },
  });
}

/** SHA-256 over the UTF-8 of `formatManifest`, lower-case hex: the name of a version's content. */
export function manifestDigest(manifest: Manifest): string {
  return toHex(sha256(utf8Bytes(formatManifest(manifest))));
}

/** Throws `MANIFEST_INVALID`, or `NAME_INVALID` for a path, when the manifest breaks a rule of docs/spec/manifest.md. */
function assertManifest(manifest: Manifest): void {
  assertPaths(manifest.files.map((file) => file.path));
  for (const file of manifest.files) assertEntry(file);
  assertMetadata(manifest.metadata);
  if (manifest.derivedFrom !== undefined) assertLineage(manifest.derivedFrom);
  if (!Number.isSafeInteger(manifest.version) || manifest.version < 1) {
    throw invalid(`not a version number: ${manifest.version}`);
  }
  if (!isTimestamp(manifest.createdAt)) throw invalid('the time is not ISO 8601 UTC with milliseconds');
}

/**
 * Throws unless these can be the paths of one version: at least one, at most `MAX_FILES_PER_VERSION`, each well
 * formed, none twice, none also the folder of another. `MANIFEST_INVALID`, `NAME_INVALID`.
 */
export function assertPaths(paths: readonly string[]): void {
  if (paths.length === 0) throw invalid('a version has at least one file');
  if (paths.length > MAX_FILES_PER_VERSION) {
    throw invalid(`a version has at most ${MAX_FILES_PER_VERSION} files, got ${paths.length}`);
  }
  const files = new Set<string>(paths.map(parseFilePath));
  if (files.size < paths.length) throw invalid(`the same path twice: ${quoteForMessage(firstTwice(paths))}`);
  for (const path of files) {
    for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
      if (files.has(path.slice(0, slash))) {
        throw invalid(`a file and a folder of the same name: ${quoteForMessage(path.slice(0, slash))}`);
      }
    }
  }
}

/** Throws `MANIFEST_INVALID` for metadata that is too much or holds control characters. */
export function assertMetadata(metadata: Readonly<Record<string, string>>): void {
  const entries = Object.entries(metadata);
  if (entries.length > MAX_METADATA_ENTRIES) {
    throw invalid(`at most ${MAX_METADATA_ENTRIES} metadata entries, got ${entries.length}`);
  }
  for (const [key, value] of entries) {
    if (key === '' || key.length > MAX_METADATA_KEY_CHARS || CONTROL.test(key) || !key.isWellFormed()) {
      throw invalid(`not a metadata key: ${quoteForMessage(key)}`);
    }
    if (value.length > MAX_METADATA_VALUE_CHARS || CONTROL_BUT_LINES.test(value) || !value.isWellFormed()) {
      throw invalid(
        `the value of ${quoteForMessage(key)} is longer than ${MAX_METADATA_VALUE_CHARS} characters or holds control characters`,
      );
    }
  }
}

/** Throws `MANIFEST_INVALID` for a lineage without a sound version number or relation. */
export function assertLineage(lineage: Lineage): void {
  const { relation, version } = lineage;
  const isWord = relation !== '' && relation.length <= MAX_RELATION_CHARS && !CONTROL.test(relation);
  if (!isWord) throw invalid(`not a relation between versions: ${quoteForMessage(relation)}`);
  if (!Number.isSafeInteger(version) || version < 1) throw invalid(`not a version number: ${version}`);
}

function assertEntry(file: ManifestEntry): void {
  const isSound =
    Number.isSafeInteger(file.size) &&
    file.size >= 0 &&
    HEX_256.test(file.sha256) &&
    (file.sha512 === undefined || HEX_512.test(file.sha512));
  if (!isSound) throw invalid(`size or digest of ${quoteForMessage(file.path)} is not sound`);
}

function pickEntry({ path, size, sha256: digest, sha512 }: ManifestEntry): ManifestEntry {
  return { path, size, sha256: digest, ...(sha512 === undefined ? {} : { sha512 }) };
}

function byPath(a: ManifestEntry, b: ManifestEntry): number {
  if (a.path === b.path) return 0;
  return a.path < b.path ? -1 : 1;
}

function firstTwice(paths: readonly string[]): string {
  const seen = new Set<string>();
  for (const path of paths) {
    if (seen.has(path)) return path;
    seen.add(path);
  }
  return '';
}

function isTimestamp(text: string): boolean {
  const time = new Date(text);
  return !Number.isNaN(time.getTime()) && time.toISOString() === text;
}

function invalid(message: string): StrongroomError {
  return new StrongroomError('MANIFEST_INVALID', message);
}
