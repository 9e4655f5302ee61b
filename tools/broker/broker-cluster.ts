import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../chaos/until';
import { freePorts } from '../stack/free-ports';
import { BrokerNode } from './broker-node';
import type { Rabbit } from './rabbit-package';

const NODES = 3;
const START_MS = 60_000;
const ANSWERED = '{ok, ';
const CALL_MS = 20_000;
const LOOK_PAUSE_MS = 200;

/** What a queue is seen to be by the node that was asked. */
export interface QueueState {
  readonly name: string;
  /** Node of its leader. */
  readonly leader: string;
  /** Ready, and delivered but not acknowledged; NaN while the leader does not say. */
  readonly messages: number;
}

/** A real cluster of three RabbitMQ nodes on loopback, all of whose state is in one temporary folder. */
export class BrokerCluster {
  /** Why the last look at the cluster failed. */
  private lastTold = '';

  private constructor(
    private readonly rabbit: Rabbit,
    private readonly home: string,
    private readonly cookie: string,
    private readonly epmdPort: number,
    private readonly epmd: ChildProcess,
    readonly nodes: readonly BrokerNode[],
  ) {}

  /** Resolves when all nodes are in it. */
  static async start(rabbit: Rabbit): Promise<BrokerCluster> {
    const home = mkdtempSync(join(tmpdir(), 'adlift-broker-'));
    const cookie = randomBytes(12).toString('hex');
    writeFileSync(join(home, '.erlang.cookie'), cookie, { mode: 0o400 });
    chmodSync(home, 0o700);
    const [epmdPort = 0, ...ports] = await freePorts(1 + 2 * NODES);
    const epmd = spawn(rabbit.epmd, ['-port', String(epmdPort), '-address', '127.0.0.1'], { stdio: 'ignore' });
    const name = (number: number): string => `adlift${number + 1}@localhost`;
    const nodes = Array.from(
      { length: NODES },
      (_, number) =>
        new BrokerNode({
          ...{ rabbit, name: name(number), folder: join(home, `node${number + 1}`) },
          ports: { amqp: ports[2 * number] ?? 0, distribution: ports[2 * number + 1] ?? 0, epmd: epmdPort },
          join: number === 0 ? undefined : name(0),
        }),
    );
    const cluster = new BrokerCluster(rabbit, home, cookie, epmdPort, epmd, nodes);
    // Nodes are in groups of their own: what ends this process would leave them.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => void cluster.stop().finally(() => process.exit(1)));
    }
    try {
      // Those that join need one to join.
      nodes[0].start();
      await cluster.whenRunning(1);
      for (const node of nodes.slice(1)) node.start();
      await cluster.whenRunning(NODES);
      return cluster;
    } catch (error) {
      const words = nodes.map((node) => `${node.name}:\n${node.lastWords}`).join('\n');
      await cluster.stop();
      throw new Error(`${(error as Error).message}\n${cluster.lastTold}\n${words}`, { cause: error });
    }
  }

  /** URLs of all nodes, as AMQP_URL takes them. */
  get urls(): readonly string[] {
    return this.nodes.map(({ url }) => url);
  }

  /** kill -9 of the node that leads a queue, which is told. The others elect a new leader. */
  async killLeaderOf(queue: string): Promise<string> {
    const { leader } = (await this.queues()).find(({ name }) => name === queue) ?? {};
    const node = this.nodes.find(({ name }) => name === leader);
    if (node === undefined) throw new Error(`${queue} has no leader among the nodes`);
    await node.kill();
    return node.name;
  }

  /** kill -9 of every node. */
  async killAll(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.kill()));
  }

  /** Starts the nodes that do not run; resolves when all are in the cluster again. */
  async mend(): Promise<void> {
    for (const node of this.nodes) if (!node.running) node.start();
    await this.whenRunning(NODES);
  }

  /** Every queue, as its leader sees it now; those without one are there with no leader's name. */
  async queues(): Promise<QueueState[]> {
    const total = 'ra:leader_query(amqqueue:get_pid(Q), fun rabbit_fifo:query_messages_total/1, 5000)';
    const state = `case catch ${total} of {ok, {_, Total}, {_, Node}} -> {Node, Total}; _ -> {none, 'NaN'} end`;
    const row = `begin {resource, _, _, N} = amqqueue:get_name(Q), {L, M} = ${state}, io_lib:format("~s ~s ~p;", [N, L, M]) end`;
    const text = await this.evaluate(`lists:flatten([${row} || Q <- rabbit_amqqueue:list()])`);
    return Array.from(text.matchAll(/([^;"\s]+) ([^;\s]+) ([^;\s]+);/g), ([, name, leader, messages]) => ({
      ...{ name, leader, messages: Number(messages) },
    }));
  }

  /** Ends what was started here and removes its folder. */
  async stop(): Promise<void> {
    await this.killAll();
    this.epmd.kill('SIGKILL');
    rmSync(this.home, { recursive: true, force: true });
  }

  private async whenRunning(nodes: number): Promise<void> {
    await until(
      `${nodes} nodes of RabbitMQ to be in the cluster`,
      async () => {
        await new Promise((resolve) => setTimeout(resolve, LOOK_PAUSE_MS));
        const dead = this.nodes.slice(0, nodes).find(({ running }) => !running);
        if (dead !== undefined) throw new Error(`the node ${dead.name} has ended`);
        return (await this.runningSeen()) >= nodes;
      },
      START_MS,
    );
  }

  /** Nodes that have started, as one of them sees it; 0 while none answers. */
  private async runningSeen(): Promise<number> {
    try {
      const seen = await this.evaluate(
        'integer_to_list(length([N || N <- rabbit_mnesia:cluster_nodes(running), rabbit:is_booted(N)]))',
      );
      return Number(/\d+/.exec(seen)?.[0] ?? 0);
    } catch (error) {
      this.lastTold = (error as Error).message;
      return 0;
    }
  }

  /** What an Erlang expression gives that is a text, on a node that answers. */
  private async evaluate(expression: string): Promise<string> {
    let failure = new Error('no node of RabbitMQ runs');
    for (const node of this.nodes.filter(({ running }) => running)) {
      try {
        return await this.ask(node, expression);
      } catch (error) {
        failure = error as Error;
      }
    }
    throw failure;
  }

  private ask({ name }: BrokerNode, expression: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const options = { timeout: CALL_MS, env: { ...process.env, ERL_EPMD_PORT: String(this.epmdPort) } };
      const child = execFile(this.rabbit.erlCall, ['-c', this.cookie, '-n', name, '-e'], options, (error, out) => {
        if (error === null && out.startsWith(ANSWERED)) resolve(out.slice(ANSWERED.length));
        else reject(error ?? new Error(`${name} answered ${out}`));
      });
      // It ends without reading when it cannot reach the node, and says so by its exit code.
      child.stdin?.on('error', () => undefined).end(`${expression}.\n`);
    });
  }
}
