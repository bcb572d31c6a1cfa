/** A UUID (RFC 9562) or a ULID: of any other form, something that must not be told could be put into the log. */
const WELL_FORMED =
  /^(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-7][0-9A-HJKMNP-TV-Z]{25})$/i;

/** The client's own id of a request where it is well-formed, else a fresh one. */
export function requestIdOf(header: string | readonly string[] | undefined, fresh: () => string): string {
  return typeof header === 'string' && WELL_FORMED.test(header) ? header : fresh();
}
