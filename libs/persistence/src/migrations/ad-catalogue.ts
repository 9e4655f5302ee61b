import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The ad catalogue: every version of every ad, and the number of the newest version. */
export class AdCatalogue1795568400000 implements MigrationInterface {
  readonly name = 'AdCatalogue1795568400000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE ad_feature, ad_version, ad_catalogue');
  }
}

const STATEMENTS = [
  // Whoever writes holds this row's lock until its commit, so versions become visible in their order and without gaps.
  // The id tells a copy on disk whether it comes from this catalogue or from another one.
  `CREATE TABLE ad_catalogue (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    version int NOT NULL
  )`,
  'INSERT INTO ad_catalogue (version) VALUES (0)',
  // Append-only. An ad is, as of version V, its row with the greatest version up to V.
  `CREATE TABLE ad_version (
    ad_id text COLLATE "C" NOT NULL,
    version int NOT NULL,
    campaign_id text NOT NULL,
    landing_url text NOT NULL,
    features jsonb NOT NULL,
    removed boolean NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (ad_id, version)
  )`,
  'CREATE UNIQUE INDEX ad_version_order ON ad_version (version, ad_id)',
  // A feature is of one kind in all ads, or a request's column could not hold it.
  `CREATE TABLE ad_feature (
    name text PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('number', 'text'))
  )`,
];
