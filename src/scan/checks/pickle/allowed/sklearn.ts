import { attributes, CALLED_CLASS, CLASS, VALUE } from './arguments.ts';
import type { AllowedNames } from './row.ts';

/** The parts of scikit-learn that hold estimators; those that read files, download or start processes are left out. */
const PARTS =
  'calibration|cluster|compose|covariance|cross_decomposition|decomposition|discriminant_analysis|dummy|ensemble|feature_extraction|feature_selection|frozen|gaussian_process|impute|isotonic|kernel_approximation|kernel_ridge|linear_model|manifold|metrics|mixture|model_selection|multiclass|multioutput|naive_bayes|neighbors|neural_network|pipeline|preprocessing|random_projection|semi_supervised|svm|tree|base|_loss|grid_search|cross_validation|lda|qda|learning_curve';

/** scikit-learn's estimators of all versions, and what belongs to them. */
export const SKLEARN_NAMES: AllowedNames = {
  exact: {},
  patterns: [
    {
      module:
        /^sklearn\.(?:tree\.(?:_tree|_criterion|_splitter|tree|_classes)|linear_model\._?sgd_fast\w*|_loss(?:\.\w+)*|ensemble\.(?:_?gradient_boosting|_gb_losses|_hist_gradient_boosting\.\w+)|neighbors\.\w+|metrics\.\w+)$/,
      name: /^_?[A-Z]\w*$/,
      row: { ...CALLED_CLASS, state: attributes },
    },
    {
      module: new RegExp(`^sklearn\\.(?:${PARTS})(?:\\.\\w+)*$`),
      name: /^_?[A-Z]\w*$/,
      row: { ...CLASS, entries: true },
    },
    {
      module:
        /^sklearn\.utils(?:\._bunch|\._metadata_requests|\._set_output|\._tags|\._random|\._encode|\._weight_vector)?$/,
      name: /^_?[A-Z]\w*$/,
      row: { ...CLASS, entries: true },
    },
    { module: new RegExp(`^sklearn\\.(?:${PARTS})(?:\\.\\w+)*$`), name: /^_?[a-z]\w*$/, row: VALUE },
    {
      module: /^imblearn\.(?:over_sampling|under_sampling|combine|ensemble|pipeline)(?:\.\w+)*$/,
      name: /^_?[A-Z]\w*$/,
      row: CLASS,
    },
  ],
};
