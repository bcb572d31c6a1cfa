import { attributes, CLASS, ENUM, isDataOrValue, takesMany } from './arguments.ts';
import { type AllowedNames, rows } from './row.ts';

const CLASS_NAME = /^_?[A-Z]\w*$/;

/** Models, configurations, tokenizers and training arguments of the Hugging Face libraries and of Ultralytics. */
export const TRANSFORMERS_NAMES: AllowedNames = {
  exact: {
    ...rows(
      `transformers.trainer_utils.IntervalStrategy transformers.trainer_utils.EvaluationStrategy transformers.trainer_utils.SaveStrategy
       transformers.trainer_utils.SchedulerType transformers.trainer_utils.HubStrategy transformers.trainer_utils.FSDPOption
       transformers.training_args.OptimizerNames transformers.training_args.ParallelMode transformers.debug_utils.DebugOption
       transformers.utils.generic.PaddingStrategy transformers.utils.generic.TensorType
       transformers.tokenization_utils_base.TruncationStrategy accelerate.utils.dataclasses.DistributedType
       accelerate.utils.dataclasses.PrecisionType accelerate.utils.dataclasses.DynamoBackend accelerate.utils.dataclasses.RNGType
       accelerate.utils.dataclasses.SageMakerDistributedType accelerate.utils.dataclasses.LoggerType
       peft.utils.peft_types.PeftType peft.utils.peft_types.TaskType`,
      ENUM,
    ),
  },
  patterns: [
    {
      module: /^transformers\.models\.(?!auto\.)\w+\.\w+$/,
      name: CLASS_NAME,
      row: { ...CLASS, entries: true },
    },
    {
      module:
        /^transformers\.(?:activations|pytorch_utils|configuration_utils|generation\.\w+|generation_utils|modeling_outputs|modeling_utils|modeling_layers|tokenization_utils(?:_base|_fast)?|feature_extraction_utils|image_processing_utils|training_args(?:_seq2seq)?|trainer_utils|trainer_pt_utils|trainer_callback|utils\.quantization_config|utils\.generic|cache_utils)$/,
      name: CLASS_NAME,
      row: { ...CLASS, entries: true },
    },
    { module: /^accelerate\.(?:utils\.dataclasses|state)$/, name: CLASS_NAME, row: CLASS },
    {
      module: /^tokenizers(?:\.(?:models|pre_tokenizers|decoders|normalizers|processors))?$/,
      name: CLASS_NAME,
      row: {
        isClass: true,
        call: takesMany(isDataOrValue),
        state: (state, asking) => (state.kind === 'bytes' ? undefined : attributes(state, asking)),
      },
    },
    { module: /^peft\.(?:tuners|config|mixed_model|peft_model)(?:\.\w+)*$/, name: CLASS_NAME, row: CLASS },
    {
      module: /^omegaconf\.(?:dictconfig|listconfig|base|nodes)$/,
      name: CLASS_NAME,
      row: { ...CLASS, entries: true },
    },
    {
      module: /^ultralytics\.(?:nn(?:\.\w+)*|utils|utils\.(?:loss|tal))$/,
      name: CLASS_NAME,
      row: CLASS,
    },
    {
      module:
        /^(?:pytorch_lightning|lightning\.pytorch)\.(?:callbacks|utilities)(?:\.\w+)*$|^(?:lightning_fabric|lightning\.fabric)\.utilities\.data$/,
      name: CLASS_NAME,
      row: { ...CLASS, entries: true },
    },
  ],
};
