import {
  anyOf,
  attributes,
  CALLED,
  CALLED_CLASS,
  CLASS,
  isClass,
  isData,
  isDict,
  takes,
  takesMany,
} from './arguments.ts';
import { type AllowedNames, rows } from './row.ts';

/** pandas' frames, series, indexes, and what their values are made of, of all versions. */
export const PANDAS_NAMES: AllowedNames = {
  exact: rows(
    `pandas._libs.internals._unpickle_block pandas._libs.tslibs.timestamps._unpickle_timestamp
     pandas._libs.tslibs.timedeltas._timedelta_unpickle pandas._libs.tslibs.nattype._nat_unpickle pandas._libs.tslib._nat_unpickle
     pandas._libs.tslibs.period._unpickle_period pandas.core.internals.blocks.new_block pandas._libs.tslibs.nattype.__nat_unpickle`,
    { ...CALLED, call: takesMany(isData) },
  ),
  patterns: [
    {
      module:
        /^pandas(?:\.core)?\.indexes\.\w+$|^pandas\.(?:core\.index|tseries\.index|tseries\.tdi|indexes\.base)$/,
      name: /^_new_\w*Index$/,
      row: { call: takes([isClass, anyOf(isDict)]), state: attributes },
    },
    {
      module:
        /^pandas(?:\.(?:arrays|core\.internals(?:\.\w+)*|core\.dtypes\.dtypes|core\.arrays(?:\.\w+)*|_libs\.(?:tslibs(?:\.\w+)*|sparse|interval|missing)|tseries\.offsets|api\.\w+))?$/,
      name: /^_?[A-Z]\w*$/,
      row: CALLED_CLASS,
    },
    {
      module:
        /^pandas\.(?:core\.(?:frame|series|generic|index|indexing|flags|categorical|indexes\.\w+|sparse\.\w+)|indexes\.\w+|tseries\.\w+|types\.\w+|sparse\.\w+)$/,
      name: /^_?[A-Z]\w*$/,
      row: CLASS,
    },
  ],
};
