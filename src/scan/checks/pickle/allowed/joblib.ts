import { CLASS } from './arguments.ts';
import { type AllowedNames, rows } from './row.ts';

/** What joblib puts in the place of an array whose items follow in the file. */
export const JOBLIB_NAMES: AllowedNames = {
  exact: rows(
    'joblib.numpy_pickle.NumpyArrayWrapper sklearn.externals.joblib.numpy_pickle.NumpyArrayWrapper',
    CLASS,
  ),
  patterns: [],
};

/** Older wrappers, which name a file beside the pickle that holds the array, itself a pickle where it has objects. */
export const FILE_WRAPPERS: ReadonlySet<string> = new Set(
  ['NDArrayWrapper', 'ZNDArrayWrapper'].flatMap((name) =>
    ['joblib', 'sklearn.externals.joblib'].flatMap((root) => [
      `${root}.numpy_pickle.${name}`,
      `${root}.numpy_pickle_compat.${name}`,
    ]),
  ),
);
