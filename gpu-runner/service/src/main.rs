//! KServe v2 gRPC service over the engine, with signed receipts.

fn main() {}
