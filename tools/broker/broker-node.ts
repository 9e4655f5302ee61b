import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Rabbit } from './rabbit-package';

export interface BrokerNodeOptions {
  readonly rabbit: Rabbit;
  /** Erlang's name of the node, "adlift1@localhost". */
  readonly name: string;
  /** Folder of its own for state and logs; `cookie`, in the folder above, is common to the cluster. */
  readonly folder: string;
  readonly ports: { readonly amqp: number; readonly distribution: number; readonly epmd: number };
  /** Name of the node whose cluster it joins at its first start; it begins one by default. */
  readonly join: string | undefined;
}

/** One node of RabbitMQ on loopback, with state, names and ports apart from any other on the machine. */
export class BrokerNode {
  readonly name: string;
  private process: ChildProcess | undefined;

  constructor(private readonly options: BrokerNodeOptions) {
    const { name, folder, join: other } = options;
    this.name = name;
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      this.file('rabbitmq.conf'),
      [
        `listeners.tcp.default = 127.0.0.1:${options.ports.amqp}`,
        // There may be other memory users on the machine, and a test's disk may be small.
        'vm_memory_high_watermark.absolute = 1GB',
        'disk_free_limit.absolute = 50MB',
        'log.console = false',
        'cluster_formation.peer_discovery_backend = classic_config',
        `cluster_formation.classic_config.nodes.1 = ${other ?? name}`,
        '',
      ].join('\n'),
    );
    writeFileSync(this.file('enabled_plugins'), '[].\n');
    writeFileSync(this.file('rabbitmq-env.conf'), '');
  }

  get url(): string {
    return `amqp://guest:guest@127.0.0.1:${this.options.ports.amqp}`;
  }

  get running(): boolean {
    return this.process !== undefined;
  }

  start(): void {
    const { rabbit, name, folder, ports } = this.options;
    const log = openSync(this.file('output.log'), 'a');
    const started = spawn(rabbit.server, [], {
      cwd: folder,
      stdio: ['ignore', log, log],
      // A group of its own, to be killed with the processes that the node starts.
      detached: true,
      env: {
        PATH: process.env.PATH ?? '',
        // Where Erlang looks for the cookie.
        HOME: join(folder, '..'),
        LANG: 'C.UTF-8',
        ...{ ERL_EPMD_PORT: String(ports.epmd), ERL_EPMD_ADDRESS: '127.0.0.1' },
        ...{ RABBITMQ_NODENAME: name, RABBITMQ_DIST_PORT: String(ports.distribution) },
        ...{ RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'), RABBITMQ_LOG_BASE: join(folder, 'log') },
        RABBITMQ_CONFIG_FILE: this.file('rabbitmq.conf'),
        RABBITMQ_CONF_ENV_FILE: this.file('rabbitmq-env.conf'),
        RABBITMQ_ENABLED_PLUGINS_FILE: this.file('enabled_plugins'),
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
      },
    });
    closeSync(log);
    this.process = started;
    started.once('exit', () => (this.process = this.process === started ? undefined : this.process));
  }

  /** kill -9; resolves when it is gone. */
  async kill(): Promise<void> {
    const { process: running } = this;
    if (running?.pid === undefined) return;
    const gone = new Promise<void>((resolve) => running.once('exit', () => resolve()));
    process.kill(-running.pid, 'SIGKILL');
    await gone;
  }

  /** The end of what it said, for an error. */
  get lastWords(): string {
    const file = this.file('output.log');
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').slice(-12).join('\n') : '';
  }

  private file(name: string): string {
    return join(this.options.folder, name);
  }
}
