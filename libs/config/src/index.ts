export { ConfigError, readConfig } from './read-config';
export { amqpUrls, databaseUrl, httpUrl, milliseconds, port } from './variables';
