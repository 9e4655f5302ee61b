export { type CallContext } from './call/call';
export { type DuplexCall, type DuplexHandler, type DuplexReceiver } from './call/duplex-call';
export { CallError, type CallStatus } from './call/status';
export { type UnaryCall, type UnaryHandler } from './call/unary-call';
export { type EndReason } from './connection/connection';
export { type Limits } from './connection/limits';
export { RpcServer, type RpcServerCounts, type RpcServerOptions } from './server/rpc-server';
export { type MethodOptions } from './server/method';
