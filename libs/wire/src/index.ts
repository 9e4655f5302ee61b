export { adlift as proto } from './generated/adlift';
export { inference as inferenceProto } from './generated/inference';
export { type Column, type Columns, columnLength, isMissing } from './column';
export { packedInt64s } from './decode-column';
export { ColumnLayout, RequestColumns } from './request-columns';
export { encodeColumns } from './encode-columns';
export { WireReader } from './wire-reader';
export { decodePredictRequest } from './decode-predict-request';
export { decodeStreamRequest, peekRequestId, type StreamRequest } from './decode-stream-request';
export { decodePredictAnswer } from './decode-predict-answer';
export { encodePredictAnswer, encodeStreamAnswer, encodeStreamError } from './encode-predict-answer';
export { countFields } from './count-fields';
export { MessageBuffer } from './message-buffer';
export { type AnsweredAssignment, type PredictAnswer } from './predict-answer';
export {
  InvalidField,
  MAX_BID_MICROS,
  MAX_CANDIDATES,
  MAX_ID_BYTES,
  type BidType,
  type PredictRequest,
} from './predict-request';
export { readText } from './read-text';
export { requireId } from './require-id';
export { validatePredictRequest } from './validate-predict-request';
export { isUuidV7, uuidToBytes, uuidFromBytes, uuidV7Day, uuidV7RandomHex, uuidV7Time, makeUuidV7 } from './uuid-v7';
export { parseTraceparent, type TraceContext } from './traceparent';
export { canonicalJson, jsonDigest, type Json } from './canonical-json';
