import { relative, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Connect } from '../connection';
import { addRegistryCommands } from '../registry/registry-commands';
import { type Draft, prepareImport, writeDraft } from './import-model';
import { readModelFile } from './model-file';
import { modelDocument, modelTable } from './model-table';
import { stepLine } from './step-line';

const IMPORT_HELP = `
Without --manifest, NAME.manifest.json is written beside the model: it says what the file tells, and TO COMPLETE where
only you know. With --manifest the model is run on golden requests, replayed in a scoring thread, and registered.
--sample takes feature rows as JSON lines or CSV; golden requests and the bins that drift is measured against are made
from them. docs/models.md shows it for LightGBM, XGBoost, scikit-learn and PyTorch.`;

interface ImportOptions {
  readonly name: string;
  readonly version: string;
  readonly kind: 'ctr' | 'cvr';
  readonly output?: string;
  readonly manifest?: string;
  readonly sample?: string;
  readonly label?: 'champion' | 'challenger';
  readonly dryRun: boolean;
  readonly json: boolean;
}

/** `adlift model inspect FILE | import FILE | list | load ...`; relative files start at `userFolder`. */
export function modelCommand(connect: Connect, userFolder: string): Command {
  const command = new Command('model').description(
    'bring in ONNX models from elsewhere, look at what there is, and say what is served',
  );
  command
    .command('inspect <file>')
    .description('inputs, outputs, operators, size and sha256 of an ONNX file')
    .option('--json', 'print one JSON document on standard output', false)
    .action(async (file: string, { json }: { json: boolean }) => {
      const { facts } = await readModelFile(resolve(userFolder, file));
      const document = modelDocument(facts);
      print(json, document, modelTable(file, document));
    });
  command
    .command('import <file>')
    .description('make an ONNX click model a bundle, and register it')
    .requiredOption('--name <name>', 'name of the model', identifier)
    .requiredOption('--version <version>', 'its version, which never changes afterwards', identifier)
    .addOption(new Option('--kind <kind>', 'what it predicts').choices(['ctr', 'cvr']).default('ctr'))
    .option('--output <name>', 'the output that holds the clicks, where there are several')
    .option('--manifest <file>', 'the completed manifest')
    .option('--sample <file>', 'feature rows, .jsonl or .csv')
    .addOption(new Option('--label <label>', 'give it this label').choices(['champion', 'challenger']))
    .option('--dry-run', 'check everything and register nothing', false)
    .option('--json', 'print one JSON document on standard output', false)
    .addHelpText('after', IMPORT_HELP)
    .action((file: string, options: ImportOptions) => importModel(connect, userFolder, file, options));
  addRegistryCommands(command, connect);
  return command;
}

async function importModel(connect: Connect, userFolder: string, file: string, options: ImportOptions): Promise<void> {
  const { name, version, kind, output, manifest, sample, label, dryRun, json } = options;
  const model = resolve(userFolder, file);
  if (manifest === undefined) {
    const draft = await writeDraft(await readModelFile(model), name, output, userFolder);
    print(json, draft, nextStep(draft, relative(userFolder, draft.manifest), file, options));
    return;
  }
  const steps = stepLine(dryRun ? 4 : 5);
  try {
    const sources = {
      name,
      version,
      kind,
      model,
      output,
      manifest: resolve(userFolder, manifest),
      sample: sample === undefined ? undefined : resolve(userFolder, sample),
    };
    const bundle = await prepareImport(sources, steps.show);
    const summary = { name, version, kind, digest: bundle.digest, label: label ?? null, registered: !dryRun };
    if (!dryRun) {
      steps.show('registering the bundle');
      const connection = await connect();
      try {
        await connection.admin.publishModel(bundle, label);
      } finally {
        await connection.close();
      }
    }
    steps.end();
    const labelled = label === undefined ? '' : ` as ${label}`;
    const done = dryRun ? 'can be imported; nothing was registered' : `is registered${labelled}`;
    print(json, summary, `${name}@${version} ${done}: ${bundle.digest}`);
  } finally {
    steps.end();
  }
}

function nextStep({ toComplete }: Draft, manifest: string, file: string, { name, version }: ImportOptions): string {
  return [
    `${manifest} is written: name the features as your requests do, and check how each is encoded.`,
    ...(toComplete.length > 0 ? ['To complete:', ...toComplete.map((path) => `  ${path}`)] : []),
    `Then: adlift model import ${file} --name ${name} --version ${version} --manifest ${manifest}`,
  ].join('\n');
}

function print(json: boolean, document: object, text: string): void {
  process.stdout.write(`${json ? JSON.stringify(document, null, 2) : text}\n`);
}

function identifier(text: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(text)) return text;
  throw new InvalidArgumentError('must be 1 to 64 letters, digits, ".", "_" or "-", the first a letter or digit');
}
