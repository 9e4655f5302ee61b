import { Command } from 'commander';
import { auditCommand, keysCommand } from './access/key-commands';
import { adsCommand } from './ads/ads-command';
import type { Connect } from './connection';
import { experimentCommand } from './experiment/experiment-command';
import { eventsCommand } from './event/events-command';
import { importCommand } from './import/import-command';
import { modelCommand } from './model/model-command';
import { unitsCommand } from './unit/units-command';
import { replicasCommand } from './registry/replicas-command';

/** The command line: what a user may ask for. How the services are reached, and which folder the user is in, is the caller's. */
export function adliftProgram(connect: Connect, userFolder: string): Command {
  return new Command('adlift')
    .description('Experiments on ad models from the command line.')
    .addCommand(importCommand(connect, userFolder))
    .addCommand(experimentCommand(connect, userFolder))
    .addCommand(eventsCommand(connect))
    .addCommand(adsCommand(connect, userFolder))
    .addCommand(modelCommand(connect, userFolder))
    .addCommand(replicasCommand(connect))
    .addCommand(unitsCommand(connect))
    .addCommand(keysCommand(connect))
    .addCommand(auditCommand(connect));
}
