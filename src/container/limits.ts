// What a header or a payload may ask for before anybody believes it. Each limit is checked before the allocation
// or the computation that it bounds.

/** Longest header text in bytes, slots included. */
export const MAX_HEADER_BYTES = 65_536;
/** Most key slots of one header: each may cost a key derivation. */
export const MAX_SLOTS = 64;
/** Most passphrase slots of one header: opening tries them one by one, each with its derivation. */
export const MAX_PASSPHRASE_SLOTS = 8;
/** Smallest and largest segment in bytes; a power of two. The largest is what one range read has to hold. */
export const MIN_SEGMENT_BYTES = 4096;
export const MAX_SEGMENT_BYTES = 4_194_304;
/** Segment of payloads unless asked otherwise: 0.012 % overhead, a fraction of a millisecond each. */
export const DEFAULT_SEGMENT_BYTES = 262_144;
/** Segment of wraps and metadata. */
export const SMALL_SEGMENT_BYTES = 4096;
/** Smallest and largest content of a compressed frame in bytes; a power of two. Bounds what one frame inflates to. */
export const MIN_FRAME_BYTES = 4096;
export const MAX_FRAME_BYTES = 4_194_304;
/** Content of a compressed frame unless asked otherwise. */
export const DEFAULT_FRAME_BYTES = 1_048_576;
/** Most frames of one payload: the seek table of that many is 32 MiB. */
export const MAX_FRAMES = 4_194_304;
/** Longest name in the metadata, in UTF-8 bytes: the longest path of a file in a version. */
export const MAX_FILE_NAME_BYTES = 1024;
/** Longest header region of an exported file in bytes. */
export const MAX_REGION_BYTES = 131_072;
