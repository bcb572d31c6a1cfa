import { ELEMENT_BYTES, type NumericDatatype, quoteText, type Tensor } from '../../bytes/index.ts';
import { StrongroomError } from '../../errors/index.ts';

/** Where the exponent stands in the highest two bytes of an element: all ones are NaN and infinity. */
const EXPONENT: Partial<Record<NumericDatatype, number>> = {
  FP16: 0x7c00,
  BF16: 0x7f80,
  FP32: 0x7f80,
  FP64: 0x7ff0,
};

/** Refuses NaN and infinity. Throws `TENSOR_VALUE`. */
export function assertFinite(tensor: Tensor): void {
  if (tensor.datatype === 'BYTES') return;
  const exponent = EXPONENT[tensor.datatype];
  if (exponent === undefined) return;
  const { data, name } = tensor;
  const size = ELEMENT_BYTES[tensor.datatype];
  for (let high = size - 1; high < data.length; high += size) {
    const bits = ((data[high] ?? 0) << 8) | (data[high - 1] ?? 0);
    if ((bits & exponent) !== exponent) continue;
    throw new StrongroomError(
      'TENSOR_VALUE',
      `input ${quoteText(name.slice(0, 80))}: element ${(high - size + 1) / size} is no finite number`,
      { hint: 'leave such rows out, or fill what is missing as it was filled in training' },
    );
  }
}
