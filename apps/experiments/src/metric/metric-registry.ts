import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { DomainError } from '@adlift/problem';
import { writeAudit } from '../audit/write-audit';
import type { ExperimentDesign } from '../experiment/experiment-design';
import { BUILT_IN_METRICS, CLASSIC_METRICS } from './built-in-metrics';
import { nameOf, namedMetrics, withResolvedMetrics } from './design-metrics';
import type { NewMetric } from './metric-body';
import { metricReference, referenceText, type MetricDefinition } from './metric-definition';

/** Definitions of one team's making; a report that shows all of them has to stay readable. */
const MOST_DEFINED = 500;

/** Metrics by name and version: the built-in ones, and those that were defined here. */
@Injectable()
export class MetricRegistry {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  /** Every version of every metric, the built-in ones first, versions in order. */
  async all(manager: EntityManager = this.source.manager): Promise<readonly MetricDefinition[]> {
    const rows: (Omit<MetricDefinition, 'denominator'> & { denominator: MetricDefinition['denominator'] | null })[] =
      await manager.query(
        `SELECT name, version, kind, numerator, denominator, per, direction, description
         FROM metric_definition ORDER BY name, version`,
      );
    const defined = rows.map(({ denominator, ...row }) => (denominator === null ? row : { ...row, denominator }));
    // A name of a team's that became a built-in one since stays the team's in older designs, by its version.
    return [...BUILT_IN_METRICS, ...defined.filter(({ name }) => !isBuiltIn(name))];
  }

  /** Adds a version of a team's own metric. Throws `already_exists` for a built-in name. */
  async define(metric: NewMetric, actor: string): Promise<MetricDefinition> {
    const { name, kind, numerator, denominator = null, per, direction, description } = metric;
    if (isBuiltIn(name)) throw new DomainError('already_exists', `"${name}" is a built-in metric`, 'name');
    return this.source.transaction(async (manager) => {
      // Two that define the same name get versions of their own.
      await manager.query('LOCK TABLE metric_definition IN SHARE ROW EXCLUSIVE MODE');
      const [{ version, defined }] = await manager.query<[{ version: number; defined: number }]>(
        `SELECT coalesce(max(version) FILTER (WHERE name = $1), 0)::int + 1 AS version, count(*)::int AS defined
         FROM metric_definition`,
        [name],
      );
      if (defined >= MOST_DEFINED)
        throw new DomainError(
          'failed_precondition',
          `${MOST_DEFINED} versions of metrics are defined, and no more may be`,
        );
      await manager.query(
        `INSERT INTO metric_definition
           (name, version, kind, numerator, denominator, per, direction, description, defined_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
        [name, version, kind, numerator, denominator, per, direction, description, actor],
      );
      const made: MetricDefinition = {
        ...{ name, version, kind, numerator, per, direction, description },
        ...(denominator !== null && { denominator }),
      };
      await writeAudit(manager, {
        actor,
        action: 'metric.define',
        subject: `metric:${referenceText(made)}`,
        after: made,
      });
      return made;
    });
  }

  /**
   * The design with every metric by name and version: the newest where it names none. Throws `invalid_argument` with
   * the field of a metric that there is not.
   */
  async resolve(design: ExperimentDesign, manager?: EntityManager): Promise<ExperimentDesign> {
    const all = await this.all(manager);
    for (const { reference, path } of namedMetrics(design)) {
      if (found(all, reference) !== undefined) continue;
      const field = ['design', ...path]
        .map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))
        .join('')
        .slice(1);
      throw new DomainError(
        'invalid_argument',
        `${field}: there is no metric "${reference}"; GET /v1/metrics lists them`,
        field,
      );
    }
    return withResolvedMetrics(design, (reference) => {
      const metric = found(all, reference);
      return metric === undefined ? reference : referenceText(metric);
    });
  }

  /**
   * What a report shows: the classic four and those that the design names, or all, of each name the version that the
   * design has, else the newest.
   */
  async shown(design: ExperimentDesign, which: 'design' | 'all'): Promise<readonly MetricDefinition[]> {
    const all = await this.all();
    const named = new Map(namedMetrics(design).map(({ reference }) => [nameOf(reference), frozen(reference)]));
    const names =
      which === 'all' ? all.map(({ name }) => name) : [...CLASSIC_METRICS.map(({ name }) => name), ...named.keys()];
    return [...new Set(names)].map((name) => {
      const metric = found(all, named.get(name) ?? name);
      if (metric === undefined) throw new TypeError(`there is no metric "${named.get(name) ?? name}"`);
      return metric;
    });
  }
}

function isBuiltIn(name: string): boolean {
  return BUILT_IN_METRICS.some((metric) => metric.name === name);
}

/** The version that is named, or the newest. */
function found(all: readonly MetricDefinition[], reference: string): MetricDefinition | undefined {
  const { name, version } = metricReference(reference);
  return all.findLast((metric) => metric.name === name && (version === undefined || metric.version === version));
}

/** A stored design without a version is older than versions are, and means the first. */
function frozen(reference: string): string {
  const { name, version = 1 } = metricReference(reference);
  return referenceText({ name, version });
}
