import type { XmlElement } from '../../formats/index.ts';
import type { NewFinding } from '../finding.ts';

/** Sets of operators that OpenVINO has (openvino/opsets). */
const OPSET =
  /^(?:opset\d{1,2}|experimental|extension|ie_internal_opset|type_relaxed_opset|ov_ops_transformations|util|GPUOpset|SnippetsOpset)$/;
/** Attributes that name code of their own. */
const CODE_ATTRIBUTE = /^(?:library|lib|implementation|plugin|entry|kernel|so|dll)$/i;
const PYTHON_TYPE = /python|pyop|pyfunc/i;

/** What is wrong with one element of an OpenVINO graph, if anything. */
export function openvinoFinding({ name, attributes, path, offset }: XmlElement): NewFinding | undefined {
  const valueOf = (key: string): string =>
    attributes.find((attribute) => attribute.name === key)?.value ?? '';
  const isLayer = name === 'layer';
  const inLayer = isLayer || path.includes('layer');
  const code = inLayer ? attributes.find((attribute) => CODE_ATTRIBUTE.test(attribute.name)) : undefined;
  if (code !== undefined) {
    const evidence = `${code.name}=${code.value}`;
    return { rule: 'OPENVINO_CUSTOM_LAYER', offset, message: 'a layer that names its code', evidence };
  }
  if (!isLayer) return undefined;
  if (PYTHON_TYPE.test(valueOf('type'))) {
    return { rule: 'OPENVINO_CUSTOM_LAYER', offset, message: 'a layer of Python', evidence: valueOf('type') };
  }
  if (valueOf('version') === '' || OPSET.test(valueOf('version'))) return undefined;
  return {
    rule: 'OPENVINO_UNKNOWN_OPSET',
    offset,
    message: 'a layer of another set',
    evidence: valueOf('version'),
  };
}
