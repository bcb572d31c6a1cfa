/** Most tensors that one request or answer has. */
export const MAX_TENSORS = 256;
/** Most dimensions of a tensor. */
export const MAX_RANK = 16;
/** Most elements of a tensor: more than any body holds that is taken. */
export const MAX_ELEMENTS = 1 << 27;
/** Longest name, id or parameter, in characters. */
export const MAX_TEXT_CHARS = 1024;
/** Most parameters of one place. */
export const MAX_PARAMETERS = 64;
/** Deepest nesting of a document: its own four levels and the dimensions of its data. */
export const MAX_DOCUMENT_DEPTH = MAX_RANK + 4;
/** Most classes that an output is asked for. */
export const MAX_CLASSES = 10_000;
