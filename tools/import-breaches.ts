import { isBuiltin } from 'node:module';
import { basename, posix } from 'node:path';
import { DOORS, type Door, DRAWER_NAMES, DRIVERS, GLOBAL_DOORS, PLACES, type Place } from './import-law.ts';
import { parseModule, type SourceModule } from './source-modules.ts';

const PLACE_BY_NAME = new Map(PLACES.map((place) => [place.name, place]));

/** Every way in which the sources break the import law, one sentence each; none when they keep it. */
export function findBreaches(sources: ReadonlyMap<string, string>): string[] {
  const watched = GLOBAL_DOORS.map((door) => door.name);
  const modules = [...sources].map(([path, text]) => parseModule(path, text, watched));
  const drivers = driverNames(modules);
  return [
    ...modules.flatMap((module) => [
      ...nameBreaches(module.path),
      ...rankBreaches(module),
      ...doorBreaches(module),
      ...driverBreaches(module, drivers),
    ]),
    ...cycleBreaches(modules),
  ];
}

/** `src/container/header.ts` → `container`; `src/open.ts` → `open.ts`. */
function placeName(path: string): string {
  return path.split('/')[1] ?? path;
}

function nameBreaches(path: string): string[] {
  const breaches: string[] = [];
  for (const part of path.replace(/\.ts$/, '').split('/').slice(1)) {
    const lastWord = part.split('-').at(-1) ?? part;
    if (DRAWER_NAMES.includes(lastWord)) breaches.push(`${path}: "${part}" is a drawer, not a name`);
    if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(part)) breaches.push(`${path}: "${part}" is not kebab-case`);
  }
  return breaches;
}

function rankBreaches(module: SourceModule): string[] {
  const own = PLACE_BY_NAME.get(placeName(module.path));
  if (own === undefined) return [`${module.path}: ${placeName(module.path)} has no rank in the law`];
  return module.imports.flatMap((target) => {
    if (!isOurs(target)) return [];
    if (!target.startsWith('src/')) return [`${module.path} imports ${target}, outside src`];
    return placeName(target) === own.name ? [] : crossingBreaches(module.path, own, target);
  });
}

function crossingBreaches(path: string, own: Place, target: string): string[] {
  const there = PLACE_BY_NAME.get(placeName(target));
  if (there === undefined) return [`${path} imports ${target}, which has no rank in the law`];
  const breaches: string[] = [];
  const maySee = own.sees?.includes(there.name) ?? there.rank < own.rank;
  if (!maySee) breaches.push(`${path} (rank ${own.rank}) imports ${target} (rank ${there.rank})`);
  if (!there.name.endsWith('.ts') && target !== `src/${there.name}/index.ts`)
    breaches.push(`${path} enters ${there.name} by ${target}, not by its index.ts`);
  return breaches;
}

function isOurs(target: string): boolean {
  return target.endsWith('.ts') || target.startsWith('.');
}

function doorBreaches(module: SourceModule): string[] {
  const place = placeName(module.path);
  const byModule = module.imports.flatMap((target) => {
    const door = DOORS.find((candidate) => isBehind(candidate, target));
    return door === undefined || door.places.includes(place) ? [] : [`${module.path} imports ${target}`];
  });
  const byGlobal = new Set(module.globals).values().flatMap((name) => {
    const door = GLOBAL_DOORS.find((candidate) => candidate.name === name);
    return door === undefined || door.places.includes(place) ? [] : [`${module.path} names ${name}`];
  });
  return [...byModule, ...byGlobal];
}

function isBehind(door: Door, target: string): boolean {
  const name = isBuiltin(target) && !target.startsWith('node:') ? `node:${target}` : target;
  return door.modules.some((module) => name === module || name.startsWith(`${module}/`));
}

/** The names that the folder with the drivers gives out and that belong to a driver. */
function driverNames(modules: readonly SourceModule[]): Set<string> {
  const index = modules.find((module) => module.path === `src/${DRIVERS.folder}/index.ts`);
  const inside = `src/${DRIVERS.folder}/${DRIVERS.subfolder}/`;
  return new Set(
    index?.reexports.filter((entry) => entry.from.startsWith(inside)).map((entry) => entry.name) ?? [],
  );
}

function driverBreaches(module: SourceModule, drivers: ReadonlySet<string>): string[] {
  const inside = `src/${DRIVERS.folder}/${DRIVERS.subfolder}/`;
  const index = `src/${DRIVERS.folder}/index.ts`;
  const place = placeName(module.path);
  if (place === DRIVERS.folder) {
    const isAllowed = module.path === index || module.path.startsWith(inside);
    return isAllowed || !module.imports.some((target) => target.startsWith(inside))
      ? []
      : [`${module.path} names a driver; ports come before drivers`];
  }
  if ((DRIVERS.namedBy as readonly string[]).includes(place)) return [];
  return [...module.importedNames, ...module.reexports]
    .filter((entry) => entry.from === index && (entry.name === '*' || drivers.has(entry.name)))
    .map((entry) => `${module.path} names the driver ${entry.name}; only ${DRIVERS.namedBy.join()} may`);
}

/** Cycles of files, types included, each reported once by its members. */
function cycleBreaches(modules: readonly SourceModule[]): string[] {
  const edges = new Map(modules.map((module) => [module.path, module.imports]));
  const done = new Set<string>();
  const reported = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) {
      reported.add(`cycle: ${[...trail.slice(at), path].map((member) => shorten(member)).join(' → ')}`);
      return;
    }
    if (done.has(path)) return;
    for (const next of edges.get(path) ?? []) if (edges.has(next)) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const module of modules) visit(module.path, []);
  return [...reported];
}

function shorten(path: string): string {
  return `${basename(posix.dirname(path))}/${basename(path)}`;
}
