export { credentialsVariable, openAccessVariable, requireCredentials, type Credential } from './credentials-variable';
export { GRANTS, SCOPES, type Grant } from './grant';
export { ANYONE, KeyRegistry, type Caller } from './key-registry';
