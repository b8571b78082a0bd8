//! The stoa command line.

fn main() {}
