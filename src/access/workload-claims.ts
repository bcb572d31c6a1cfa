type Claims = Readonly<Record<string, unknown>>;

/** Longest value of a claim that is compared. */
const MAX_VALUE_CHARS = 2048;

/** Whether a token has every claim that a rule binds, each with its value or pattern. */
export function matchesClaims(bound: Readonly<Record<string, string>>, claims: Claims): boolean {
  return Object.entries(bound).every(([path, pattern]) => matchesClaim(pattern, claimAt(claims, path)));
}

/**
 * The claim that a path with dots names: `kubernetes.io.serviceaccount.uid` is looked for under every way to cut it,
 * since names of claims have dots too. `undefined` where there is none, and where there are several: then it is not
 * clear which of them the rule is about.
 */
function claimAt(claims: Claims, path: string): unknown {
  const found = [...claimsAt(claims, path)];
  return found.length === 1 ? found[0] : undefined;
}

function* claimsAt(claims: Claims, path: string): Generator {
  if (Object.hasOwn(claims, path)) yield claims[path];
  for (let dot = path.indexOf('.'); dot !== -1; dot = path.indexOf('.', dot + 1)) {
    const name = path.slice(0, dot);
    const inner = Object.hasOwn(claims, name) ? claims[name] : undefined;
    if (typeof inner === 'object' && inner !== null && !Array.isArray(inner))
      yield* claimsAt(inner as Claims, path.slice(dot + 1));
  }
}

/** A list matches when one of its members does; an object never. */
function matchesClaim(pattern: string, value: unknown): boolean {
  if (Array.isArray(value))
    return value.some((each) => isPlain(each) && matchesPattern(pattern, String(each)));
  return isPlain(value) && matchesPattern(pattern, String(value));
}

function isPlain(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

/**
 * Whether a value is what a pattern says, from its first to its last character. `*` stands for any characters but `:`,
 * which separates the parts of subjects (`repo:acme/app:environment:prod`), so that no part can pass for two; only a
 * last part that is `*` alone stands for all parts that follow.
 */
function matchesPattern(pattern: string, value: string): boolean {
  if (value.length > MAX_VALUE_CHARS) return false;
  const patterns = pattern.split(':');
  const values = value.split(':');
  const isOpen = patterns.at(-1) === '*';
  if (isOpen ? values.length < patterns.length : values.length !== patterns.length) return false;
  return patterns.every((part, at) => matchesPart(part, values[at] ?? ''));
}

/** Literal pieces in order: the first at the start, the last at the end, each of the others as early as it comes. */
function matchesPart(pattern: string, value: string): boolean {
  const pieces = pattern.split('*');
  const first = pieces[0] ?? '';
  if (pieces.length === 1) return value === first;
  const last = pieces.at(-1) ?? '';
  if (!value.startsWith(first) || !value.endsWith(last)) return false;
  const end = value.length - last.length;
  let at = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = value.indexOf(piece, at);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return at <= end;
}
