//! Developer commands: build-contracts, schema, proto, test, tidy.

fn main() {}
