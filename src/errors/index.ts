export { CATALOGUE, type ErrorCode, type ErrorEntry, type ErrorKind } from './catalogue.ts';
export {
  isStrongroomError,
  StrongroomError,
  type StrongroomErrorOptions,
  toStrongroomError,
} from './error.ts';
