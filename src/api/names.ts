import { quoteText } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';

/** Who owns models: `acme`. */
export type NamespaceName = string & { readonly brand: 'NamespaceName' };
/** A model's full name: `acme/churn`. */
export type ModelName = string & { readonly brand: 'ModelName' };
/** A movable name of a version: `production`. */
export type AliasName = string & { readonly brand: 'AliasName' };
/** The path of a file inside a version: relative, `/`-separated, NFC. */
export type FilePath = string & { readonly brand: 'FilePath' };

/** Longest part of a name, in characters. One path component on every file system we know. */
export const MAX_NAME_CHARS = 64;
/** Longest path of a file in a version, in UTF-8 bytes. */
export const MAX_FILE_PATH_BYTES = 1024;

/** Lower-case ASCII only: no look-alikes, no control characters, nothing a shell or a path would read otherwise. */
const NAME_PATTERN = /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/;

function isNamePart(text: string): boolean {
  return NAME_PATTERN.test(text) && !text.includes('..');
}

/** What a grant on the whole strongroom is called; so no namespace is. */
const RESERVED = 'everything';

function isNamespacePart(text: string): boolean {
  return isNamePart(text) && text !== RESERVED;
}

/** Narrows to a namespace name. Throws `NAME_INVALID`, also for `everything`, which grants speak of as a whole. */
export function parseNamespaceName(text: string): NamespaceName {
  if (!isNamespacePart(text))
    throw new StrongroomError('NAME_INVALID', `not a namespace name: ${quoteForMessage(text)}`);
  return text as NamespaceName;
}

/** Narrows to a model name, `namespace/name`. Throws `NAME_INVALID`. */
export function parseModelName(text: string): ModelName {
  const [namespace = '', name = '', ...rest] = text.split('/');
  if (rest.length > 0 || !isNamespacePart(namespace) || !isNamePart(name)) {
    throw new StrongroomError('NAME_INVALID', `not a model name: ${quoteForMessage(text)}`);
  }
  return text as ModelName;
}

/** Narrows to an alias. A number would look like a version and is refused. Throws `NAME_INVALID`. */
export function parseAliasName(text: string): AliasName {
  if (!isNamePart(text) || /^\d+$/.test(text)) {
    throw new StrongroomError('NAME_INVALID', `not an alias: ${quoteForMessage(text)}`);
  }
  return text as AliasName;
}

/** The namespace that owns a model. */
export function namespaceOf(model: ModelName): NamespaceName {
  return model.slice(0, model.indexOf('/')) as NamespaceName;
}

/** Which version of a model is meant: a number, an alias, or (neither) the newest. */
export interface VersionRef {
  readonly model: ModelName;
  readonly version?: number;
  readonly alias?: AliasName;
}

/** Reads `acme/churn`, `acme/churn@3` or `acme/churn:production`. Throws `NAME_INVALID`. */
export function parseVersionRef(text: string): VersionRef {
  const match = /^([^@:]+)(?:@([1-9]\d{0,8})|:(.+))?$/su.exec(text);
  if (match?.[1] === undefined)
    throw new StrongroomError('NAME_INVALID', `not a version: ${quoteForMessage(text)}`);
  const model = parseModelName(match[1]);
  if (match[2] !== undefined) return { model, version: Number(match[2]) };
  if (match[3] !== undefined) return { model, alias: parseAliasName(match[3]) };
  return { model };
}

/** The inverse of `parseVersionRef`. */
export function formatVersionRef(ref: VersionRef): string {
  if (ref.version !== undefined) return `${ref.model}@${ref.version}`;
  return ref.alias === undefined ? ref.model : `${ref.model}:${ref.alias}`;
}

const FORBIDDEN_IN_PATHS = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\\:*?"<>|]/u;

/**
 * Narrows to the path of a file inside a version: relative, no `.` or `..` parts, NFC, without control,
 * invisible or reserved characters, at most 1,024 bytes. Throws `NAME_INVALID`.
 */
export function parseFilePath(text: string): FilePath {
  const parts = text.split('/');
  const isWellFormed =
    text === text.normalize('NFC') &&
    !FORBIDDEN_IN_PATHS.test(text) &&
    new TextEncoder().encode(text).length <= MAX_FILE_PATH_BYTES &&
    parts.every(
      (part) => part !== '' && part !== '.' && part !== '..' && part.trim() === part && part.length <= 255,
    );
  if (!isWellFormed) throw new StrongroomError('NAME_INVALID', `not a file path: ${quoteForMessage(text)}`);
  return text as FilePath;
}

/** Quotes hostile text so that it can stand in a message: escaped, at most 80 characters. */
export function quoteForMessage(text: string): string {
  const shown = text.length > 80 ? `${text.slice(0, 77)}...` : text;
  return quoteText(shown);
}
