//! The node binary: flags, configuration, servers.
