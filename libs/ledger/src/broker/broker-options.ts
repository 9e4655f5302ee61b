/** A RabbitMQ between the spools of many machines and those that write to PostgreSQL. */
export interface BrokerOptions {
  /** amqp:// or amqps:// URLs of the nodes of one cluster; any that answers will do. */
  readonly urls: readonly string[];
  /** Queues a stream is spread over, by unit; the same for all who publish and all who write. */
  readonly shards: number;
}
