const WELL_FORMED = /^[A-Za-z0-9][A-Za-z0-9._:-]{7,63}$/;

/** The client's own id of a request where it is well-formed, else a fresh one. */
export function requestIdOf(header: string | readonly string[] | undefined, fresh: () => string): string {
  return typeof header === 'string' && WELL_FORMED.test(header) ? header : fresh();
}
