/** The words of a setting that is a list, separated by commas or blanks. */
export function wordsOf(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '');
}
