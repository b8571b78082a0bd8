//! Versioned key-value store, commitment root, atomic commit.
