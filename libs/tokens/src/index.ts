export { type EncodedShare } from './claims-codec';
export { type CandidateClaims, type SharedClaims, type TokenClaims } from './token-claims';
export { parseKeyRing, type KeyRing } from './key-ring';
export { InvalidToken, TokenSealer } from './sealer';
