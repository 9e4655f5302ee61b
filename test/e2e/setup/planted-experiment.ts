import { AdServerClient, type AdminApi, type Report } from '@adlift/client';
import { AdServer } from '../../../tools/demo/ad-server';
import { NO_FAULTS, type AdServerFaults } from '../../../tools/demo/ad-server-faults';
import {
  CONTROL,
  demoPeople,
  draftDemoExperiment,
  TREATMENT,
  type DemoPeople,
} from '../../../tools/demo/demo-experiment';
import { settledReport, untilServed } from '../../../tools/demo/settle';
import { makeTraffic, type Arms, type MarketModel, type MarketModels, type World } from '../../../tools/market/index';
import { readSecrets } from '../../../tools/stack/secrets';
import type { BuiltStack } from './built-stack';

/** Requests and users of one experiment. */
export const SIZE = { requests: 3000, units: 1000 };

/** What is planted, and how the experiment is run; an honest one of two equal arms by default. */
export interface Planting {
  readonly arms: Arms<MarketModel>;
  readonly faults?: Partial<AdServerFaults>;
  readonly schedule?: object;
  readonly size?: typeof SIZE;
}

/** Experiments of the demo's market on a running stack, one after the other. */
export class PlantedExperiments {
  readonly people: DemoPeople;
  private readonly client: AdServerClient;
  private readonly importer: AdServerClient;
  private readonly reached: Parameters<typeof settledReport>[0];

  constructor(
    stack: BuiltStack,
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

  /** Registers the models and drafts an experiment; resolves with its key. */
  draft({ arms, schedule }: Planting): Promise<string> {
    const { lr, cvr } = this.models;
    const design = { arms, cvr, champion: lr, epsilon: 0, plannedUnits: SIZE.units };
    return draftDemoExperiment(this.people, { ...design, ...(schedule && { schedule }) }, () => undefined);
  }

  /** Drafts, approves and starts; resolves when the predictor splits by it. */
  async start(planting: Planting): Promise<string> {
    const key = await this.draft(planting);
    await this.people.approver.approveExperiment(key);
    await this.people.experimenter.startExperiment(key);
    await this.untilServed(key, planting);
    return key;
  }

  /** Resolves when the predictor splits by the started experiment. */
  untilServed(key: string, { arms }: Planting): Promise<void> {
    const models = [arms.control, arms.treatment, this.models.cvr];
    return untilServed(
      this.reached,
      key,
      models.map(({ name, version }) => `${name}@${version}`),
    );
  }

  /** Plays the market's traffic against a started experiment, `parallel` requests at a time. */
  async play(seed: number, faults: Partial<AdServerFaults> = {}, size = SIZE, parallel = 16): Promise<AdServer> {
    const adServer = new AdServer({
      ...{ client: this.client, importer: this.importer, world: this.world, traffic: makeTraffic(seed, size) },
      ...{ variants: { control: CONTROL, treatment: TREATMENT }, faults: { ...NO_FAULTS, ...faults } },
      ...{ parallel, budgets: undefined, startMs: Date.now(), onProgress: () => undefined, onSent: () => undefined },
    });
    await adServer.play();
    return adServer;
  }

  /** Starts, plays, tells what was sent, and waits for the report to settle. */
  async run(seed: number, planting: Planting): Promise<{ key: string; report: Report }> {
    const key = await this.start(planting);
    const adServer = await this.play(seed, planting.faults, planting.size);
    await this.admin.tellTotals(key, adServer.totals);
    return { key, report: await settledReport(this.reached, this.admin, key, adServer.lastDecisionMs) };
  }

  close(): void {
    this.client.close();
    this.importer.close();
  }
}
