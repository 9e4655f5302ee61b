import { parse } from 'protobufjs';

/** The messages as a client knows them that has read the protocol and nothing of this server. */
const SCHEMA = `
syntax = "proto3";
package inference;
message Empty {}
message Live { bool live = 1; }
message Ready { bool ready = 1; }
message ModelName { string name = 1; string version = 2; }
message ServerMetadata { string name = 1; string version = 2; repeated string extensions = 3; }
message TensorMetadata { string name = 1; string datatype = 2; repeated int64 shape = 3; }
message ModelMetadata {
  string name = 1; repeated string versions = 2; string platform = 3;
  repeated TensorMetadata inputs = 4; repeated TensorMetadata outputs = 5; map<string, string> properties = 6;
}
message InferParameter {
  oneof choice {
    bool bool_param = 1; int64 int64_param = 2; string string_param = 3; double double_param = 4; uint64 uint64_param = 5;
  }
}
message Contents {
  repeated bool bool_contents = 1; repeated int32 int_contents = 2; repeated int64 int64_contents = 3;
  repeated uint32 uint_contents = 4; repeated uint64 uint64_contents = 5; repeated float fp32_contents = 6;
  repeated double fp64_contents = 7; repeated bytes bytes_contents = 8;
}
message Tensor {
  string name = 1; string datatype = 2; repeated int64 shape = 3;
  map<string, InferParameter> parameters = 4; Contents contents = 5;
}
message RequestedOutput { string name = 1; map<string, InferParameter> parameters = 2; }
message InferRequest {
  string model_name = 1; string model_version = 2; string id = 3; map<string, InferParameter> parameters = 4;
  repeated Tensor inputs = 5; repeated RequestedOutput outputs = 6; repeated bytes raw_input_contents = 7;
}
message InferResponse {
  string model_name = 1; string model_version = 2; string id = 3; map<string, InferParameter> parameters = 4;
  repeated Tensor outputs = 5; repeated bytes raw_output_contents = 6;
}
message IndexRequest { string repository_name = 1; bool ready = 2; }
message Index { repeated Entry models = 1; message Entry { string name = 1; string version = 2; string state = 3; string reason = 4; } }
`;

const { root } = parse(SCHEMA, { keepCase: true });

/** Encodes a message given by its field names. */
export function encode(type: string, message: object): Buffer {
  const known = root.lookupType(`inference.${type}`);
  return Buffer.from(known.encode(known.fromObject(message)).finish());
}

/** Decodes a message; absent fields have their defaults. */
export function decode<T>(type: string, bytes: Uint8Array): T {
  const known = root.lookupType(`inference.${type}`);
  return known.toObject(known.decode(bytes), { defaults: true, longs: Number, oneofs: false }) as T;
}
