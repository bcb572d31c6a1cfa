import { validateInputs, validateOutputs } from '../inference/index.ts';
import type { InputSchemas } from './input-schemas.ts';
import type { PredictionStage } from './prediction-stage.ts';

/**
 * Holds every question against what the model declares and what its operator says beyond that. Throws as `validateInputs`
 * and `validateOutputs`.
 */
export function validationStage(schemas: Pick<InputSchemas, 'find'>): PredictionStage {
  return {
    async before(asked) {
      const { model, version } = asked.version;
      const stored = await schemas.find({ model, version });
      validateInputs(asked.inputs, asked.signature, stored?.schema);
      validateOutputs(asked.outputs, asked.signature);
      return asked;
    },
  };
}
