#!/usr/bin/env node
// This file must load on every Node that knows modules, so that an old one can be told what is needed: it imports
// nothing before the check, and uses no syntax newer than that. The version is the one of package.json's `engines`.
const NEEDED_MAJOR = 24;
const NEEDED_MINOR = 20;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < NEEDED_MAJOR || (major === NEEDED_MAJOR && minor < NEEDED_MINOR)) {
  process.stderr.write(
    `strongroom: needs Node.js ${NEEDED_MAJOR}.${NEEDED_MINOR} or newer, this is ${process.versions.node}; try: npx -p node@24 -p strongroom strongroom\n`,
  );
  process.exitCode = 1;
} else {
  import('./cli/index.ts').then(
    ({ runProcess }) => runProcess(),
    (error: unknown) => {
      process.stderr.write(
        `strongroom: cannot start: ${error instanceof Error ? error.message : 'unknown reason'}\n`,
      );
      process.exitCode = 1;
    },
  );
}
