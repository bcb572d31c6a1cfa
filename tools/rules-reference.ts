import { RULE_SET, RULES, type Rule } from '../src/scan/index.ts';

/** The page of every rule of the scanner, from the table that the scanner itself uses. */
export function formatRulesReference(generated: string): string {
  const sections = Object.entries<Rule>(RULES)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, rule]) => formatRule(id, rule));
  return [
    '# Rules of the scanner',
    generated,
    `Rule set version ${RULE_SET.version}, digest \`${RULE_SET.digest}\`. Reports name the digest, so that a verdict is bound to the rules that it was made with.`,
    'A finding makes the whole file what the verdict of its rule says; `none` leaves it as it is. How verdict and status come together: [the scanner](../scanner.md).',
    ...sections,
    '',
  ]
    .join('\n\n')
    .trimEnd()
    .concat('\n');
}

function formatRule(id: string, { severity, verdict, title, about, advice, references }: Rule): string {
  return [
    `## ${id}`,
    `${capitalised(title)}. Severity ${severity}, verdict ${verdict}.`,
    about,
    `What to do: ${advice}.`,
    ...(references.length > 0 ? [`See ${references.join(', ')}.`] : []),
  ].join('\n\n');
}

function capitalised(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
