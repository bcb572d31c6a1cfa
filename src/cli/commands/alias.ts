import { Command } from 'commander';
import { formatVersionRef, parseAliasName, parseVersionRef } from '../../api/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { done } from '../result.ts';

/** `alias set|rm`: movable names of versions. */
export function aliasCommand(runner: Runner): Command {
  return new Command('alias')
    .description('set and remove movable names of versions')
    .addCommand(setCommand(runner))
    .addCommand(rmCommand(runner));
}

function setCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'set',
    args: '<version> <alias>',
    usage: '[options] MODEL[:ALIAS|@N] ALIAS',
    summary: 'point an alias at a version, moving it if it exists',
    examples: [
      ['strongroom alias set acme/churn@3 production', 'version 3 is now in production'],
      ['strongroom alias set acme/churn:staging production', 'promote what is in staging'],
    ],
  });
  return bindAct(command, runner, ({ session, args }) => {
    const ref = parseVersionRef(wordAt(args, 0));
    const alias = parseAliasName(wordAt(args, 1));
    return session.withApi(async (api) => {
      const { version } = ref.version === undefined ? await api.versions.get(ref) : { version: ref.version };
      const model = await api.aliases.set({ model: ref.model, alias, version });
      return done({ model }, `${ref.model}:${alias} is now version ${version}`);
    });
  });
}

function rmCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'rm',
    args: '<alias>',
    usage: '[options] MODEL:ALIAS',
    summary: 'remove an alias; the version stays',
    examples: [
      ['strongroom alias rm acme/churn:staging', 'nothing is in staging any more'],
      ['strongroom alias rm acme/churn:staging --json', 'and show the model that is left, as a document'],
    ],
  });
  return bindAct(command, runner, ({ session, args }) => {
    const ref = parseVersionRef(wordAt(args, 0));
    const { model: name, alias } = ref;
    if (alias === undefined) {
      throw new StrongroomError('INPUT_INVALID', `${formatVersionRef(ref)} names no alias`, {
        hint: 'write MODEL:ALIAS, such as acme/churn:staging',
      });
    }
    return session.withApi(async (api) => {
      const model = await api.aliases.remove({ model: name, alias });
      return done({ model }, `removed ${name}:${alias}`);
    });
  });
}
