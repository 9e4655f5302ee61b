import { AdServerClient, type AdminApi, type Report } from '@adlift/client';
import { AdServer, NO_FAULTS, type AdServerFaults } from '../../../tools/demo/ad-server';
import {
  CONTROL,
  demoPeople,
  startDemoExperiment,
  TREATMENT,
  type DemoPeople,
} from '../../../tools/demo/demo-experiment';
import { settledReport, untilServed } from '../../../tools/demo/settle';
import { makeTraffic, type Arms, type MarketModel, type MarketModels, type World } from '../../../tools/market/index';
import { readSecrets } from '../../../tools/stack/secrets';
import type { BuiltStack } from './built-stack';

/** Requests and users of one experiment. */
export const SIZE = { requests: 4000, units: 1000 };

/** What is planted, and how the experiment is run; an honest one of two equal arms by default. */
export interface Planting {
  readonly arms: Arms<MarketModel>;
  readonly faults?: Partial<AdServerFaults>;
  readonly schedule?: object;
}

/** Experiments of the demo's market on a running stack, one after the other. */
export class PlantedExperiments {
  readonly people: DemoPeople;
  private readonly client: AdServerClient;
  private readonly importer: AdServerClient;
  private readonly reached: Parameters<typeof settledReport>[0];

  constructor(
    private readonly stack: BuiltStack,
    private readonly world: World,
    private readonly models: MarketModels,
  ) {
    const { experimentsUrl, predictorUrl, grpcAddress } = stack.addresses();
    const secrets = readSecrets(stack.home);
    this.people = demoPeople({ experimentsUrl, secrets });
    this.reached = { predictorUrl, secrets };
    this.client = new AdServerClient(grpcAddress, secrets.playerKey);
    this.importer = new AdServerClient(grpcAddress, secrets.importerKey);
  }

  get admin(): AdminApi {
    return this.people.operator;
  }

  /** Starts an experiment; resolves with its key when the predictor splits by it. */
  async start({ arms, schedule }: Planting): Promise<string> {
    const { lr, cvr } = this.models;
    const design = { arms, cvr, champion: lr, epsilon: 0, plannedUnits: SIZE.units };
    const key = await startDemoExperiment(this.people, { ...design, ...(schedule && { schedule }) }, () => undefined);
    const references = [arms.control, arms.treatment, cvr].map(({ name, version }) => `${name}@${version}`);
    await untilServed(this.reached, key, references);
    return key;
  }

  /** Plays the market's traffic against a started experiment. */
  async play(seed: number, faults: Partial<AdServerFaults> = {}, size = SIZE): Promise<AdServer> {
    const adServer = new AdServer({
      ...{ client: this.client, importer: this.importer, world: this.world, traffic: makeTraffic(seed, size) },
      ...{ variants: { control: CONTROL, treatment: TREATMENT }, faults: { ...NO_FAULTS, ...faults } },
      ...{ startMs: Date.now(), onProgress: () => undefined, onSent: () => undefined },
    });
    await adServer.play();
    return adServer;
  }

  /** Starts, plays, tells what was sent, and waits for the report to settle. */
  async run(seed: number, planting: Planting): Promise<{ key: string; report: Report }> {
    const key = await this.start(planting);
    const adServer = await this.play(seed, planting.faults);
    await this.admin.tellTotals(key, adServer.totals);
    return { key, report: await settledReport(this.reached, this.admin, key, adServer.lastDecisionMs) };
  }

  close(): void {
    this.client.close();
    this.importer.close();
  }
}
