/** Bytes of a signature file that are looked at: enough for the 100,000 files of a version with long names. */
export const MAX_SIGNATURE_BYTES = 64 * 2 ** 20;
/** Files that one signature may name, as many as a version may have. */
export const MAX_RESOURCES = 100_000;
/** Ignored paths that a bundle may name; they are claims, and only compared. */
export const MAX_IGNORE_PATHS = 1024;
/** Nesting of a bundle or statement: theirs go five deep. */
export const MAX_JSON_DEPTH = 16;
/** Values in a bundle or statement, as many as the resources need with room for what we ignore. */
export const MAX_JSON_VALUES = 1_000_000;
/** Certificates of a chain, leaf and root included. */
export const MAX_CHAIN_LENGTH = 8;
/** Longest name of a signed file in UTF-8 bytes; the paths of a version are shorter. */
export const MAX_RESOURCE_NAME_BYTES = 4096;
