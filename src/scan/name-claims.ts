import type { FormatName } from './format-name.ts';

const PICKLES: readonly FormatName[] = ['pickle', 'pytorch-legacy', 'joblib-zfile'];
const COMPRESSED: readonly FormatName[] = ['gzip', 'zlib', 'bzip2', 'xz', 'lzma', 'zstd', 'lz4'];
const TORCH: readonly FormatName[] = ['pytorch', 'torchscript', 'pytorch-legacy', 'pytorch-tar'];
const TEXT: readonly FormatName[] = [
  'json',
  'yaml',
  'xml',
  'notebook',
  'markdown',
  'python',
  'jinja',
  'text',
  'script',
  'openvino',
  'pmml',
  'xgboost',
  'lightgbm',
];

/** What a name promises. */
interface Claim {
  /** The formats that keep the promise. */
  readonly formats: readonly FormatName[];
  /** Whether an unknown content breaks it: the format has a magic number that every such file begins with. */
  readonly isStrict: boolean;
}

const strict = (...formats: readonly FormatName[]): Claim => ({ formats, isStrict: true });
const loose = (...formats: readonly FormatName[]): Claim => ({ formats, isStrict: false });
const archive = (format: FormatName): Claim => strict(format);
const text = loose(...TEXT);
const torch = loose(...TORCH);
const pickle = loose(...PICKLES, ...COMPRESSED, ...TORCH, 'zip');

const CLAIMS: Readonly<Record<string, Claim>> = {
  safetensors: strict('safetensors'),
  gguf: strict('gguf'),
  onnx: loose('onnx'),
  npy: strict('npy'),
  npz: strict('npz', 'zip'),
  h5: strict('hdf5'),
  hdf5: strict('hdf5'),
  keras: strict('keras', 'zip', 'hdf5'),
  tflite: loose('tflite'),
  pt: torch,
  pth: torch,
  ckpt: loose(...TORCH, 'hdf5'),
  pkl: pickle,
  pickle,
  joblib: pickle,
  zip: archive('zip'),
  tar: archive('tar'),
  nemo: loose('tar', 'nemo', 'gzip'),
  gz: archive('gzip'),
  tgz: archive('gzip'),
  bz2: archive('bzip2'),
  xz: archive('xz'),
  lz4: archive('lz4'),
  zst: archive('zstd'),
  json: text,
  txt: text,
  md: text,
  yaml: text,
  yml: text,
  toml: text,
  csv: text,
  py: text,
  ipynb: text,
  jinja: text,
  j2: text,
  xml: text,
  png: strict('image'),
  jpg: strict('image'),
  jpeg: strict('image'),
  gif: strict('image'),
  pdf: strict('pdf'),
};

/** Formats that no generic ending promises: a pickle named `.bin` is one that scanners pass by (CVE-2025-10155). */
const UNEXPECTED_IN_BIN: readonly FormatName[] = [
  'pickle',
  'elf',
  'pe',
  'mach-o',
  'script',
  '7z',
  'rar',
  'jar',
];

/** What follows the last dot of a name, in lower case; `undefined` when there is none. */
export function extensionOf(name: string): string | undefined {
  const base = name.split(/[/\\]/).at(-1) ?? '';
  const dot = base.lastIndexOf('.');
  return dot > 0 && dot < base.length - 1 ? base.slice(dot + 1).toLowerCase() : undefined;
}

/** The ending that a content belies; `undefined` when name and content agree or the name promises nothing. */
export function beliedExtension(name: string, formats: readonly FormatName[]): string | undefined {
  const extension = extensionOf(name);
  if (extension === undefined || formats.includes('empty')) return undefined;
  if (extension === 'bin' || extension === 'dat' || extension === 'data') {
    const isTorch = formats.some((format) => TORCH.includes(format));
    return !isTorch && formats.some((format) => UNEXPECTED_IN_BIN.includes(format)) ? extension : undefined;
  }
  const claim = Object.hasOwn(CLAIMS, extension) ? CLAIMS[extension] : undefined;
  if (claim === undefined || formats.some((format) => claim.formats.includes(format))) return undefined;
  const isUnknown = formats.includes('unknown') || formats.includes('data');
  return isUnknown && !claim.isStrict ? undefined : extension;
}

const ADDED_BY_NAME: Readonly<Record<string, FormatName>> = {
  py: 'python',
  pyw: 'python',
  yaml: 'yaml',
  yml: 'yaml',
  md: 'markdown',
  markdown: 'markdown',
  jinja: 'jinja',
  jinja2: 'jinja',
  j2: 'jinja',
  pkl: 'pickle',
  pickle: 'pickle',
  dill: 'pickle',
  joblib: 'pickle',
  onnx: 'onnx',
  pb: 'tf-saved-model',
  ubj: 'xgboost',
  msgpack: 'msgpack',
};

/** The format that a name adds to text and to the unknown: names only ever add checks, they take none away. */
export function formatOfName(name: string): FormatName | undefined {
  const extension = extensionOf(name);
  return extension !== undefined && Object.hasOwn(ADDED_BY_NAME, extension)
    ? ADDED_BY_NAME[extension]
    : undefined;
}
