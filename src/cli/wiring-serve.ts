import { homeExists, serveOverHttps } from '../open/index.ts';
import type { CliContext } from './context.ts';
import type { ServeOperations } from './serve-operations.ts';
import { packageVersion } from './version.ts';
import { withUnseal } from './wiring-unseal.ts';

/** Serving, wired to the composition root. */
export function createServeOperations(env: CliContext['env']): ServeOperations {
  return {
    hasHome: homeExists,
    serve: ({ unseal, ...more }) =>
      withUnseal(unseal, (source) =>
        serveOverHttps({ ...more, env, version: packageVersion(), unseal: source }),
      ),
  };
}
