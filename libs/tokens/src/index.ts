export { type TokenClaims } from './token-claims';
export { parseKeyRing, type KeyRing } from './key-ring';
export { InvalidToken, TokenSealer } from './sealer';
