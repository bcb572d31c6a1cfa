import { StrongroomError } from '../errors/index.ts';

type BoundClaims = Readonly<Record<string, string>>;

const GITHUB_ISSUER = /^https:\/\/token\.actions\.githubusercontent\.com(?:\/|$)/;
const GITLAB_ISSUER = /^https:\/\/gitlab\.com\/?$/;

/** Claims that say nothing of who it is: every program of an issuer may have the same ones. */
const SAYS_NOTHING: ReadonlySet<string> = new Set([
  ...['iss', 'aud', 'exp', 'nbf', 'iat', 'jti', 'typ', 'azp', 'nonce', 'auth_time', 'acr', 'amr', 'at_hash'],
  ...['ref', 'ref_type', 'ref_protected', 'ref_path', 'base_ref', 'head_ref', 'event_name', 'environment'],
  ...['environment_protected', 'environment_action', 'deployment_tier', 'workflow', 'pipeline_source'],
  ...['runner_environment', 'repository_visibility', 'project_visibility', 'email_verified', 'email'],
  ...['sha', 'actor', 'actor_id', 'run_number', 'run_attempt', 'job_workflow_sha', 'workflow_sha'],
  ...['scope', 'scp', 'client_id', 'token_use', 'user_login', 'user_access_level'],
]);

/** Fewest characters that a pattern must fix of a claim, so that it means somebody. */
const MIN_FIXED_CHARS = 3;

/**
 * Refuses a rule that lets in more than one meant: of an issuer that serves everybody, some claim must say whose
 * program it is. Answers with what is allowed and still not wise. Throws `WORKLOAD_RULE_WIDE`.
 */
export function judgeWidth(issuer: string, claims: BoundClaims): readonly string[] {
  if (GITHUB_ISSUER.test(issuer)) return judgeGithub(claims);
  if (GITLAB_ISSUER.test(issuer)) return judgeGitlab(claims);
  if (isOfKubernetes(claims)) return judgeKubernetes(claims);
  const narrowing = Object.entries(claims).some(
    ([name, pattern]) => !SAYS_NOTHING.has(name) && isFixed(pattern),
  );
  if (!narrowing) throw wide('the rule binds no claim that says whose program it is, such as sub');
  return [];
}

function judgeGithub(claims: BoundClaims): readonly string[] {
  const hasId = isExact(claims['repository_id']) || isExact(claims['repository_owner_id']);
  const hasName =
    isOwned(claims['repository'], /^[^*/]+\//) ||
    isExact(claims['repository_owner']) ||
    isOwned(claims['job_workflow_ref'], /^[^*/]+\/[^*/]+\//) ||
    isOwned(claims['sub'], /^(?:repo|repository_owner):[^*/:]+(?:\/|:)/);
  if (!hasId && !hasName)
    throw wide('the rule must bind the repository or its owner: repository_id, repository_owner_id');
  const warnings: string[] = [];
  if (!hasId)
    warnings.push(
      'names of repositories can change hands; bind repository_id or repository_owner_id, which never do',
    );
  const bindsRun = ['environment', 'ref', 'job_workflow_ref', 'sub'].some(
    (name) => claims[name] !== undefined,
  );
  if (!bindsRun) warnings.push('every branch and pull request is let in; bind environment or ref');
  return warnings;
}

function judgeGitlab(claims: BoundClaims): readonly string[] {
  const hasId = isExact(claims['project_id']) || isExact(claims['namespace_id']);
  const hasName =
    isOwned(claims['project_path'], /^[^*/]+\//) ||
    isExact(claims['namespace_path']) ||
    isOwned(claims['sub'], /^project_path:[^*/:]+\//);
  if (!hasId && !hasName) throw wide('the rule must bind the project or its group: project_id, namespace_id');
  return hasId ? [] : ['paths of projects can change hands; bind project_id or namespace_id, which never do'];
}

function isOfKubernetes(claims: BoundClaims): boolean {
  return Object.entries(claims).some(
    ([name, pattern]) => name.startsWith('kubernetes.io') || pattern.startsWith('system:serviceaccount'),
  );
}

function judgeKubernetes(claims: BoundClaims): readonly string[] {
  if (!isOwned(claims['sub'], /^system:serviceaccount:[^*:]+:[^:]*[^*:][^:]*$/))
    throw wide('the rule must bind sub to a service account: system:serviceaccount:NAMESPACE:NAME');
  return [];
}

function isExact(pattern: string | undefined): boolean {
  return pattern !== undefined && pattern !== '' && !pattern.includes('*');
}

function isOwned(pattern: string | undefined, fixed: RegExp): boolean {
  return pattern !== undefined && fixed.test(pattern);
}

function isFixed(pattern: string): boolean {
  return isExact(pattern) || pattern.replaceAll(/[*:/.@_-]/g, '').length >= MIN_FIXED_CHARS;
}

function wide(message: string): StrongroomError {
  return new StrongroomError('WORKLOAD_RULE_WIDE', message);
}
