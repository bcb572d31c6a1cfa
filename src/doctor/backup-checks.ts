import { fail, type Line, pass, warn } from './line.ts';

/** What is known of backups. */
export interface BackupFacts {
  readonly vault: string;
  /** When the record says that one was made last. */
  readonly lastAt?: string;
  /** The backup that was named to be looked at. */
  readonly named?: {
    readonly vault: string;
    readonly createdAt: string;
    readonly isOnSameDisk: boolean;
  };
}

const DAY_MS = 86_400_000;
const OLD_DAYS = 7;
const STALE_DAYS = 31;

/** Checks how old the last backup is, and where the named one lies. */
export function checkBackups({ vault, lastAt, named }: BackupFacts, now: Date): readonly Line[] {
  const age = checkAge(named?.createdAt ?? lastAt, now);
  return named === undefined ? [age] : [age, checkVault(vault, named.vault), checkPlace(named.isOnSameDisk)];
}

function checkAge(at: string | undefined, now: Date): Line {
  const name = { area: 'backup', name: 'age' } as const;
  const advice = 'strongroom backup FOLDER, every day, and the folder to another machine';
  if (at === undefined) return warn(name, 'there has never been a backup', advice);
  const days = Math.floor((now.getTime() - Date.parse(at)) / DAY_MS);
  const told = `the last backup is ${days} days old`;
  if (days > STALE_DAYS) return fail(name, told, advice);
  return days > OLD_DAYS ? warn(name, told, advice) : pass(name, told);
}

function checkVault(vault: string, other: string): Line {
  const name = { area: 'backup', name: 'vault' } as const;
  return vault === other
    ? pass(name, 'it is of this strongroom')
    : fail(
        name,
        'the backup is of another strongroom',
        'name the folder that strongroom backup wrote for this home',
      );
}

function checkPlace(isOnSameDisk: boolean): Line {
  const name = { area: 'backup', name: 'place' } as const;
  return isOnSameDisk
    ? warn(name, 'backup and home lie on the same disk', 'copy it to another disk, best to another machine')
    : pass(name, 'not on the disk of the home');
}
