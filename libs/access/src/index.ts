export { credentialsVariable, openAccessVariable, requireCredentials, type Credential } from './credentials-variable';
export { GRANTS, type Grant } from './grant';
export { ANYONE, KeyRegistry, type Caller, type StoredKey } from './key-registry';
export { PERMISSIONS, ROLES, type Permission, type Role } from './role';
export { StoredKeys } from './stored-keys';
