import type { Command } from 'commander';
import { parseVersionRef } from '../../api/index.ts';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { answer } from '../result.ts';
import { formatModel, formatVersion } from '../version-text.ts';

/** `show`: everything known of a model or a version. */
export function showCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'show',
    args: '<version>',
    usage: '[options] MODEL[:ALIAS|@N]',
    summary: 'show a model, or one version with its files',
    examples: [
      ['strongroom show acme/churn', 'the model: aliases, primary metric'],
      ['strongroom show acme/churn@3', 'version 3: files, digests, metrics, where it comes from'],
      ['strongroom show acme/churn:production --json', 'the same as a document'],
    ],
  });
  return bindAct(command, runner, ({ session, args }) => {
    const ref = parseVersionRef(wordAt(args, 0));
    return session.withApi(async (api) => {
      if (ref.version === undefined && ref.alias === undefined) {
        const model = await api.models.get({ model: ref.model });
        return answer({ model }, (terminal) => formatModel(terminal, model));
      }
      const version = await api.versions.get(ref);
      return answer({ version }, (terminal) => formatVersion(terminal, version));
    });
  });
}
