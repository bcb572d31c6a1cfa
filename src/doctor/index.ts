export { type AccessFacts, checkAccess } from './access-checks.ts';
export { type BackupFacts, checkBackups } from './backup-checks.ts';
export { gatherAccess, gatherPolicies } from './gather.ts';
export { checkHome, type HomeFacts } from './home-checks.ts';
export { checkKeys, checkSealsAndAge, type KeyFacts } from './key-checks.ts';
export { AREAS, type Area, type Line, type Standing, worstOf } from './line.ts';
export { checkMachine, type Dependency, type MachineFacts } from './machine-checks.ts';
export { checkPolicies, type PolicyFacts } from './policy-checks.ts';
export { checkReported } from './reported-checks.ts';
export { type AnswerFacts, checkAnswer } from './server-checks.ts';
export {
  type CertificateFacts,
  checkCertificate,
  checkHandshake,
  type HandshakeFacts,
} from './tls-checks.ts';
