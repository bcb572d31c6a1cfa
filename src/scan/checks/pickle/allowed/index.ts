import type { GlobalName } from '../global-name.ts';
import { BOOSTER_NAMES } from './boosters.ts';
import { JOBLIB_NAMES } from './joblib.ts';
import { NUMPY_NAMES } from './numpy.ts';
import { PANDAS_NAMES } from './pandas.ts';
import { PYTHON_NAMES } from './python.ts';
import type { AllowedNames, AllowedPattern, AllowedRow } from './row.ts';
import { SCIPY_NAMES } from './scipy.ts';
import { SKLEARN_NAMES } from './sklearn.ts';
import { TORCH_NAMES, TORCHSCRIPT_NAMES } from './torch.ts';
import { TRANSFORMERS_NAMES } from './transformers.ts';

export { FILE_WRAPPERS } from './joblib.ts';
export type { AllowedCall, AllowedRow, Asking, Objection } from './row.ts';

const LIBRARIES: readonly AllowedNames[] = [
  PYTHON_NAMES,
  NUMPY_NAMES,
  SCIPY_NAMES,
  SKLEARN_NAMES,
  PANDAS_NAMES,
  BOOSTER_NAMES,
  JOBLIB_NAMES,
  TORCH_NAMES,
  TRANSFORMERS_NAMES,
];

const EXACT: ReadonlyMap<string, AllowedRow> = new Map(
  LIBRARIES.flatMap(({ exact }) => Object.entries(exact)),
);
const PATTERNS: readonly AllowedPattern[] = LIBRARIES.flatMap(({ patterns }) => patterns);

/** NumPy 2 moved `numpy.core`; what is in it is the same. */
function commonPath(path: string): string {
  return path.startsWith('numpy._core.') ? `numpy.core.${path.slice(12)}` : path;
}

/** The row of a name that is listed by itself. */
export function exactRowOf({ path }: GlobalName): AllowedRow | undefined {
  return EXACT.get(commonPath(path));
}

/** The row of the family that a name belongs to. Ask the list of dangerous names first. */
export function familyRowOf({ module, name }: GlobalName, isTorchScript: boolean): AllowedRow | undefined {
  const common = commonPath(`${module}.`).slice(0, -1);
  const patterns = isTorchScript ? [...TORCHSCRIPT_NAMES.patterns, ...PATTERNS] : PATTERNS;
  return patterns.find((pattern) => pattern.module.test(common) && pattern.name.test(name))?.row;
}
