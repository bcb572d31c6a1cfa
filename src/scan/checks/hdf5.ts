import { memorySource, utf8Bytes } from '../../bytes/index.ts';
import { type Hdf5Reference, readHdf5, readJson } from '../../formats/index.ts';
import type { Check, ScanContext, ScanTarget } from '../check.ts';
import type { RuleId } from '../rules/index.ts';
import { reportFormatProblems } from './format-problems.ts';
import { reportKerasConfig } from './keras-config.ts';

/** Where Keras keeps a model's architecture and its training. */
const CONFIGURATIONS = ['model_config', 'training_config'];
const RULE_OF_REFERENCE: Readonly<Record<Hdf5Reference['kind'], RuleId>> = {
  'external-link': 'HDF5_EXTERNAL',
  'external-data': 'HDF5_EXTERNAL',
  'virtual-dataset': 'HDF5_EXTERNAL',
  'custom-link': 'HDF5_UNUSUAL',
  'plugin-filter': 'HDF5_FILTER',
};
const MAX_FINDINGS = 100;

/** Looks at HDF5 files: what they read besides themselves, what stands in front of them, Keras configurations. */
export const hdf5Check: Check = {
  name: 'hdf5',
  formats: ['hdf5'],
  async run(target, context) {
    const maxSteps = Math.min(20_000_000, context.budget.operationsLeft);
    const document = await readHdf5(target.source, { attributes: CONFIGURATIONS, limits: { maxSteps } });
    context.budget.spendOperations(document.objectCount);
    reportFormatProblems(
      document.problems,
      { error: 'HDF5_MALFORMED', notice: 'HDF5_UNUSUAL' },
      { target, context },
    );
    if (document.userBlockBytes > 0) {
      const message = `${document.userBlockBytes} bytes in front of the file`;
      context.report({ rule: 'HDF5_USER_BLOCK', offset: 0, message }, target);
    }
    for (const { kind, object, names, offset } of document.references.slice(0, MAX_FINDINGS)) {
      const message = `${kind.replace('-', ' ')} at ${JSON.stringify(object.slice(0, 80))}`;
      context.report({ rule: RULE_OF_REFERENCE[kind], offset, message, evidence: names }, target);
    }
    for (const { name, text, offset } of document.attributes) {
      if (text === undefined) context.inconclusive(`the attribute ${name} is no text`);
      else await reportConfiguration(text, { target, context, offset });
    }
  },
};

async function reportConfiguration(
  text: string,
  place: { target: ScanTarget; context: ScanContext; offset: number },
): Promise<void> {
  const { value, problems } = await readJson(memorySource(utf8Bytes(text)));
  const { target, context, offset } = place;
  const placed = problems.map((problem) => ({ ...problem, offset }));
  reportFormatProblems(placed, { error: 'KERAS_MALFORMED' }, { target, context });
  if (value !== undefined) reportKerasConfig(value, place);
}
