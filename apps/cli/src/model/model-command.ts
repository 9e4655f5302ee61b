import { Command } from 'commander';
import type { Connect } from '../connection';
import { addRegistryCommands } from '../registry/registry-commands';

/** `adlift model ...`. */
export function modelCommand(connect: Connect): Command {
  const command = new Command('model').description('models: which there are, and which are served');
  addRegistryCommands(command, connect);
  return command;
}
