import type { FormatName } from './format-name.ts';

/**
 * Formats that are refinements of one another: a file may be several of one family at once (`zip` and `pytorch`).
 * Formats of two families in one file make it a polyglot. Formats without a family never do.
 */
const FAMILIES: Readonly<Partial<Record<FormatName, string>>> = {
  pickle: 'pickle',
  'pytorch-legacy': 'pickle',
  pytorch: 'zip',
  torchscript: 'zip',
  npz: 'zip',
  skops: 'zip',
  keras: 'zip',
  'torchserve-mar': 'zip',
  jar: 'zip',
  zip: 'zip',
  tar: 'tar',
  'pytorch-tar': 'tar',
  nemo: 'tar',
  'joblib-zfile': 'joblib-zfile',
  npy: 'npy',
  safetensors: 'safetensors',
  gguf: 'gguf',
  ggml: 'ggml',
  hdf5: 'hdf5',
  tflite: 'tflite',
  gzip: 'gzip',
  zlib: 'zlib',
  bzip2: 'bzip2',
  xz: 'xz',
  lzma: 'lzma',
  zstd: 'zstd',
  lz4: 'lz4',
  '7z': '7z',
  rar: 'rar',
  cab: 'cab',
  elf: 'elf',
  pe: 'pe',
  'mach-o': 'mach-o',
  wasm: 'wasm',
  'java-class': 'java-class',
  dex: 'dex',
  ar: 'ar',
  pdf: 'pdf',
  image: 'image',
};

/** The families of what was detected; more than one is a polyglot. */
export function familiesOf(formats: readonly FormatName[]): readonly string[] {
  const families = new Set<string>();
  for (const format of formats) {
    const family = FAMILIES[format];
    if (family !== undefined) families.add(family);
  }
  return [...families];
}
