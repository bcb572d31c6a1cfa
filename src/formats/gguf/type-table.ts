/** Value types of metadata (ggml/include/gguf.h, `gguf_type`): size in bytes, 0 for the two of their own length. */
export const GGUF_VALUE_SIZES = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8] as const;

export const GGUF_UINT32 = 4;
export const GGUF_BOOL = 7;
export const GGUF_STRING = 8;
export const GGUF_ARRAY = 9;

/** Elements and bytes of one block of a tensor type. */
export interface GgmlType {
  readonly name: string;
  readonly blockElements: number;
  readonly blockBytes: number;
}

function type(name: string, blockElements: number, blockBytes: number): GgmlType {
  return { name, blockElements, blockBytes };
}

/** Tensor types by number (ggml/src/ggml.c, `type_traits`); `undefined` where a type was removed. */
export const GGML_TYPES: readonly (GgmlType | undefined)[] = [
  type('F32', 1, 4),
  type('F16', 1, 2),
  type('Q4_0', 32, 18),
  type('Q4_1', 32, 20),
  undefined,
  undefined,
  type('Q5_0', 32, 22),
  type('Q5_1', 32, 24),
  type('Q8_0', 32, 34),
  type('Q8_1', 32, 36),
  type('Q2_K', 256, 84),
  type('Q3_K', 256, 110),
  type('Q4_K', 256, 144),
  type('Q5_K', 256, 176),
  type('Q6_K', 256, 210),
  type('Q8_K', 256, 292),
  type('IQ2_XXS', 256, 66),
  type('IQ2_XS', 256, 74),
  type('IQ3_XXS', 256, 98),
  type('IQ1_S', 256, 50),
  type('IQ4_NL', 32, 18),
  type('IQ3_S', 256, 110),
  type('IQ2_S', 256, 82),
  type('IQ4_XS', 256, 136),
  type('I8', 1, 1),
  type('I16', 1, 2),
  type('I32', 1, 4),
  type('I64', 1, 8),
  type('F64', 1, 8),
  type('IQ1_M', 256, 56),
  type('BF16', 1, 2),
  undefined,
  undefined,
  undefined,
  type('TQ1_0', 256, 54),
  type('TQ2_0', 256, 66),
  undefined,
  undefined,
  undefined,
  type('MXFP4', 32, 17),
];
