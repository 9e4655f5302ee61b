// The protobuf runtime of the generated code. int64 fields become plain numbers, exact to 2^53
// (9 billion currency units in micros), instead of Long objects on the hot path.
const protobuf = require('protobufjs/minimal');

protobuf.util.Long = undefined;
protobuf.configure();

module.exports = protobuf;
