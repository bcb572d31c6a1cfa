/** Who is asking. In a local home it is the user of the operating system who owns it. */
export interface Caller {
  readonly type: 'local' | 'user' | 'service-account';
  /** Name of the principal, for the record. */
  readonly id: string;
  /** Ties everything that one request does together. */
  readonly requestId?: string;
}

/** One permission, `resource:action`: what a verb does to what. The gate decides over these. */
export type Permission =
  | 'namespace:create'
  | 'namespace:read'
  | 'namespace:configure'
  | 'namespace:delete'
  | 'model:create'
  | 'model:read'
  | 'model:configure'
  | 'model:delete'
  | 'version:create'
  | 'version:read'
  | 'version:download'
  | 'version:verify'
  | 'version:configure'
  | 'version:delete'
  | 'version:sign'
  | 'version:withdraw'
  | 'quarantine:read'
  | 'quarantine:release'
  | 'quarantine:delete'
  | 'scan:read'
  | 'scan:run'
  | 'trust:read'
  | 'trust:configure'
  | 'signing-key:read'
  | 'signing-key:create'
  | 'signing-key:revoke'
  | 'alias:set'
  | 'alias:delete'
  | 'key:read'
  | 'key:rotate'
  | 'key:retire'
  | 'key:destroy'
  | 'key:backup'
  | 'root:read'
  | 'root:change'
  | 'system:read'
  | 'system:backup'
  | 'system:verify'
  | 'record:read';
