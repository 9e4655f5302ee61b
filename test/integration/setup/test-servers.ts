/** Where the servers of this test run are; handed to the workers of Jest through the environment. */
export interface TestServers {
  /** Connection URL of the cluster without a database, ending in a slash. */
  readonly postgres: string;
  readonly unleashUrl: string;
  readonly unleashAdminToken: string;
  /** Client tokens by environment: flags of one are switched off in the other. */
  readonly unleashClientTokens: Readonly<Record<UnleashEnvironment, string>>;
}

export type UnleashEnvironment = 'development' | 'production';

const VARIABLE = 'ADLIFT_TEST_SERVERS';

export function publishTestServers(servers: TestServers): void {
  process.env[VARIABLE] = JSON.stringify(servers);
}

/** Throws Error outside the project `integration` of jest.config.js, which starts the servers. */
export function testServers(): TestServers {
  const text = process.env[VARIABLE];
  if (text === undefined) throw new Error('no test servers: run this with --selectProjects integration');
  return JSON.parse(text) as TestServers;
}
