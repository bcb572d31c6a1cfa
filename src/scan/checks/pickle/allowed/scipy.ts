import { attributes, CLASS, plainAttributes, VALUE } from './arguments.ts';
import type { AllowedNames } from './row.ts';

const SUBPACKAGES = 'sparse|interpolate|spatial|optimize|linalg|special|integrate|signal|cluster|ndimage|fft';

/** SciPy's matrices, distributions, interpolators, trees and special functions. */
export const SCIPY_NAMES: AllowedNames = {
  exact: {},
  patterns: [
    {
      module: /^scipy\.stats(?:\.\w+)*$/,
      name: /^(?:_?[A-Z]\w*|gaussian_kde|\w+_gen|\w+_frozen)$/,
      row: { isClass: true, state: plainAttributes },
    },
    {
      module: new RegExp(`^scipy\\.(?:${SUBPACKAGES})(?:\\.\\w+)*$`),
      name: /^(?:_?[A-Z]\w*|(?:csr|csc|coo|lil|dok|dia|bsr)_(?:matrix|array)|cKDTree|interp1d|interp2d)$/,
      row: { ...CLASS, state: attributes, entries: true },
    },
    {
      module:
        /^scipy\.(?:special|stats|linalg|spatial\.distance|optimize|integrate|interpolate|signal)(?:\.\w+)*$/,
      name: /^_?[a-z]\w*$/,
      row: VALUE,
    },
    {
      module: /^scipy\._lib\.array_api_compat\.(?:numpy|common)(?:\.\w+)*$/,
      name: /^_?[a-z]\w*$/,
      row: VALUE,
    },
  ],
};
