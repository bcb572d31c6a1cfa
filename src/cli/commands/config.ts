import { Command } from 'commander';
import { bindAct, describeCommand, type Runner } from '../command.ts';
import { answer } from '../result.ts';
import { type Cell, formatTable } from '../table.ts';

/** `config show`: the settings in force, without secrets. */
export function configCommand(runner: Runner): Command {
  return new Command('config').description('show the settings in force').addCommand(showCommand(runner));
}

function showCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'show',
    summary: 'show every setting with its value; secrets never',
    examples: [
      ['strongroom config show', 'defaults, configuration file and environment together'],
      ['strongroom config show --json', 'as a document'],
    ],
  });
  return bindAct(command, runner, async ({ session }) => {
    const home = session.homeOnly();
    const settings = await session.context.operations.showConfig(home);
    return answer({ home, settings }, (terminal) =>
      formatTable(
        terminal,
        [
          { heading: 'setting' },
          { heading: 'value' },
          { heading: 'environment' },
          { heading: 'what for', isFlexible: true },
        ],
        settings.map((setting): Cell[] => [
          setting.name,
          setting.value === null ? '' : String(setting.value),
          setting.env,
          setting.description,
        ]),
      ),
    );
  });
}
