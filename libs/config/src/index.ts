export { ConfigError, readConfig } from './read-config';
export { databaseUrl, httpUrl, milliseconds, port } from './variables';
