import { concatBytes, utf8Bytes } from '../../../src/bytes/index.ts';
import { flatBuffer } from './flatbuffer.ts';
import { u32 } from './gguf.ts';

/** A small LightGBM model. */
export const LIGHTGBM = `tree
version=v4
num_class=1
num_tree_per_iteration=1
label_index=0
max_feature_idx=1
objective=binary sigmoid:1
feature_names=a b
feature_infos=[0:1] [0:1]
tree_sizes=60

Tree=0
num_leaves=2
split_feature=0
threshold=0.5
leaf_value=1 2


end of trees

feature_importances:
a=1

parameters:
[boosting: gbdt]
end of parameters

pandas_categorical:null
`;
/** The core of a CatBoost model, and the names of what stands behind it. */
export const core = (parts: readonly string[] = []) =>
  flatBuffer(
    {
      table: [
        { text: 'FlabuffersModel_v1' },
        { table: [] },
        { tables: [{ table: [{ text: 'params' }, { text: '{}' }] }] },
        parts.length === 0 ? undefined : { tables: parts.map((text) => ({ text })) },
      ],
    },
    '',
  );
/** A CatBoost model around its core, with the size that it claims. */
export const catboost = (bytes: Uint8Array, size = bytes.length, tail = 0) =>
  concatBytes(utf8Bytes('CBM1'), u32(size), bytes, new Uint8Array(tail));
