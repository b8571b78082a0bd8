//! The node binary: flags, configuration, servers.

fn main() {}
