/** Names of devices that Windows has in every folder. */
const DEVICES = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/**
 * Why a path that a model names is not a plain one inside its folder, in both systems' spelling; `undefined`: it is.
 * Reads as the end of a sentence: "… climbs out of the folder".
 */
export function pathProblem(path: string): string | undefined {
  if (path === '') return 'is empty';
  if (/[\0-\x1f\x7f]/.test(path)) return 'has control characters';
  if (/^[A-Za-z][A-Za-z0-9+.-]+:\/\//.test(path)) return 'is an address';
  if (/^[/\\~]/.test(path) || /^[A-Za-z]:/.test(path)) return 'is absolute';
  const parts = path.split(/[/\\]/);
  if (parts.includes('..')) return 'climbs out of the folder';
  // What takes `../` out of a path once makes one of these; Windows drops trailing dots.
  if (parts.some((part) => /^\.{3,}$/.test(part))) return 'has a folder of dots';
  // Programs decode names sometimes; an encoded dot is in no honest one.
  if (/%2e%2e|%2f|%5c/i.test(path)) return 'hides separators';
  return parts.some((part) => DEVICES.test(part)) ? 'is a device' : undefined;
}
