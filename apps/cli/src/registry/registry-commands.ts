import { Argument, Option, type Command } from 'commander';
import type { Connect } from '../connection';
import { modelReference, type ModelReference } from './model-reference';
import { modelLine, modelTable, policyLine } from './model-table';
import { policyOf, versionCount, type PolicyOptions } from './policy-options';
import { print, withAdmin } from './with-admin';

const ACTIONS = {
  load: 'have every replica load a version, whatever its policy says',
  unload: 'have every replica let go of a version that is not in use',
  reload: 'have every replica verify and load a version anew, after a failure for example',
} as const;

const JSON_OPTION = ['--json', 'print one JSON document on standard output', false] as const;

/** Adds `list | load | unload | reload | label | policy` to `adlift model`. */
export function addRegistryCommands(command: Command, connect: Connect): void {
  addList(command, connect);
  addActions(command, connect);
  addLabel(command, connect);
  addPolicy(command, connect);
}

function addList(command: Command, connect: Connect): void {
  command
    .command('list')
    .description('all versions, whether they are served and why, and how far the replicas are')
    .option(...JSON_OPTION)
    .action(async ({ json }: { json: boolean }) => {
      const models = await withAdmin(connect, (admin) => admin.models());
      print(json, models, modelTable(models));
    });
}

function addActions(command: Command, connect: Connect): void {
  for (const action of ['load', 'unload', 'reload'] as const) {
    command
      .command(action)
      .description(ACTIONS[action])
      .addArgument(versionArgument())
      .option(...JSON_OPTION)
      .action(async ({ name, version }: ModelReference, { json }: { json: boolean }) => {
        const model = await withAdmin(connect, (admin) => admin.requestModel(action, name, version));
        print(json, model, modelLine(model));
      });
  }
}

function addLabel(command: Command, connect: Connect): void {
  command
    .command('label')
    .description('give a version a label such as champion, challenger or light; the version that had it loses it')
    .addArgument(versionArgument())
    .argument('<label>')
    .option('--remove', 'take the label from the version', false)
    .action(async ({ name, version }: ModelReference, label: string, { remove }: { remove: boolean }) => {
      await withAdmin(connect, (admin) =>
        remove ? admin.unlabelModel(name, version, label) : admin.labelModel(name, version, label),
      );
      print(false, undefined, `${name}@${version} ${remove ? 'is no longer' : 'is now'} ${label}`);
    });
}

function addPolicy(command: Command, connect: Connect): void {
  const others = ['versions', 'labels', 'default'];
  command
    .command('policy <name>')
    .description('show which versions of a model are served, or change it')
    .addOption(new Option('--latest <k>', 'the k newest versions').argParser(versionCount).conflicts(others))
    .addOption(new Option('--versions <list>', 'these versions, separated by commas').conflicts(['labels', 'default']))
    .addOption(new Option('--labels <list>', 'versions with any of these labels').conflicts('default'))
    .option('--default', 'the default again: champion and challenger', false)
    .option(...JSON_OPTION)
    .action(async (name: string, { json, ...options }: PolicyOptions & { json: boolean }) => {
      const policy = policyOf(options);
      const view = await withAdmin(connect, (admin) =>
        policy === undefined && !options.default ? admin.modelPolicy(name) : admin.setModelPolicy(name, policy),
      );
      print(json, view, policyLine(view));
    });
}

function versionArgument(): Argument {
  return new Argument('<name@version>', 'the version').argParser(modelReference);
}
