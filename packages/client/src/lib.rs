//! Rust client: keys, transactions, queries, content store.
