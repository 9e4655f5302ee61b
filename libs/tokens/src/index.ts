export { type EncodedShare } from './claims-codec';
export { refusalOfSignature, signForEdge, type EdgePurpose, type SignatureRefusal } from './edge-signature';
export { type CandidateClaims, type SharedClaims, type TokenClaims } from './token-claims';
export { parseKeyRing, type KeyRing } from './key-ring';
export { InvalidToken, TokenSealer } from './sealer';
