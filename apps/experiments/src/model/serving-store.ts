import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { ServingPolicy } from '@adlift/client';
import { ModelLabelEntity } from './model-label.entity';
import type { ServingFacts } from './plan-serving';

/** Champions and the light model by the role that predictors give them, as "name@version". */
export interface ServingRoles {
  readonly ctr?: string;
  readonly cvr?: string;
  /** A cheaper click model for times of overload. */
  readonly light?: string;
}

/** Policies and requests in PostgreSQL, with all else that decides what is served. */
@Injectable()
export class ServingStore {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  /** All of it as of one moment, so that a label and the model it names are seen together or not at all. */
  facts(): Promise<{ facts: ServingFacts; roles: ServingRoles }> {
    return this.source.transaction('REPEATABLE READ', async (manager) => {
      const labels = await manager.find(ModelLabelEntity);
      const facts: ServingFacts = {
        versions: await manager.query(
          'SELECT name, version, kind, digest FROM model ORDER BY created_at, name, version',
        ),
        labels,
        policies: await manager.query('SELECT name, policy FROM model_policy'),
        requests: await manager.query('SELECT name, version, wanted, generation FROM model_request'),
        uses: await uses(manager),
      };
      return { facts, roles: rolesOf(labels) };
    });
  }

  /** Without a policy the default one is in force again. */
  async setPolicy(name: string, policy: ServingPolicy | undefined): Promise<void> {
    if (policy === undefined) {
      await this.source.query('DELETE FROM model_policy WHERE name = $1', [name]);
      return;
    }
    await this.source.query(
      `INSERT INTO model_policy (name, policy) VALUES ($1, $2)
       ON CONFLICT (name) DO UPDATE SET policy = EXCLUDED.policy, changed_at = now()`,
      [name, JSON.stringify(policy)],
    );
  }

  /** The version must be registered. */
  async request(name: string, version: string, wanted: boolean): Promise<void> {
    await this.source.query(
      `INSERT INTO model_request (name, version, wanted) VALUES ($1, $2, $3)
       ON CONFLICT (name, version) DO UPDATE SET wanted = EXCLUDED.wanted, changed_at = now()`,
      [name, version, wanted],
    );
  }

  /** Replicas that loaded the version before this load it again. The version must be registered. */
  async nextGeneration(name: string, version: string): Promise<void> {
    await this.source.query(
      `INSERT INTO model_request (name, version, generation) VALUES ($1, $2, 1)
       ON CONFLICT (name, version) DO UPDATE SET generation = model_request.generation + 1, changed_at = now()`,
      [name, version],
    );
  }
}

/** Of those that have, or will have, traffic; imported ones score nothing here. */
function uses(manager: EntityManager): Promise<ServingFacts['uses']> {
  return manager.query(
    `SELECT DISTINCT key AS experiment, state, reference
     FROM experiment, coalesce(amended, design) AS d,
       jsonb_array_elements((d -> 'variants') || coalesce(d -> 'shadow', '[]')) v,
       unnest(ARRAY[v ->> 'ctr', v ->> 'cvr']) AS reference
     WHERE state IN ('draft', 'ready', 'scheduled', 'running', 'paused') AND source = 'flag' AND reference IS NOT NULL
     ORDER BY key, reference`,
  );
}

function rolesOf(labels: readonly ModelLabelEntity[]): ServingRoles {
  const roles: { ctr?: string; cvr?: string; light?: string } = {};
  for (const { label, kind, name, version } of labels) {
    if (label === 'champion') roles[kind] = `${name}@${version}`;
    if (label === 'light') roles.light = `${name}@${version}`;
  }
  return roles;
}
