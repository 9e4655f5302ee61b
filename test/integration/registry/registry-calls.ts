import type { ReplicaModel } from '@adlift/client';
import { bundleDigest, type Bundle, type Manifest } from '@adlift/scoring';
import { rows } from '../setup/rows';
import type { TestApps } from '../setup/test-apps';
import { until } from '../setup/until';

/** A call of the experiments app's API; undefined for an answer without a body. */
export async function call(
  { experimentsUrl }: TestApps,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(experimentsUrl + path, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
}

/** The same files under another name, version or kind. */
export function renamed({ manifest, files }: Bundle, changes: Partial<Manifest>): Bundle {
  const changed = { ...manifest, ...changes };
  return { manifest: changed, files, digest: bundleDigest(changed) };
}

/** References that the serving set asks for. */
export async function wanted(apps: TestApps): Promise<string[]> {
  const { models } = (await call(apps, 'GET', '/v1/serving-set')).body as { models: Named[] };
  return models.map(({ name, version }) => `${name}@${version}`).sort();
}

/** References that the predictor of `apps` serves. */
export async function served(apps: TestApps): Promise<string[]> {
  return (await apps.state()).models.loaded.map(({ reference }) => reference).sort();
}

/** Resolves when the predictor serves exactly these. */
export async function whenServed(apps: TestApps, ...references: string[]): Promise<void> {
  const all = references.sort().join();
  await until(`the predictor to serve ${all}`, async () => (await served(apps)).join() === all);
}

/** Flips one bit of the model file that the experiments app keeps; doing it again repairs it. */
export async function flipBit({ database }: TestApps, { manifest }: Bundle): Promise<void> {
  const file = manifest.files[manifest.modelFile]?.sha256;
  const flip = 'UPDATE model_file SET content = set_byte(content, 99, get_byte(content, 99) # 1) WHERE sha256 = $1';
  await rows(database.url, flip, [file]);
}

/** What a replica tells of a model. */
export async function onReplica(apps: TestApps, id: string, reference: string): Promise<ReplicaModel | undefined> {
  const replica = (await apps.admin.replicas()).find((one) => one.id === id);
  return replica?.models.find((model) => model.reference === reference);
}

interface Named {
  readonly name: string;
  readonly version: string;
}
