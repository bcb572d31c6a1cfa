/** Whether two types are the same, exactly; for tests that `tsc` runs. */
export type Equals<A, B> =
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- comparing two generics is what compares exactly
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles only for `true`. */
export type Assert<Claim extends true> = Claim;
