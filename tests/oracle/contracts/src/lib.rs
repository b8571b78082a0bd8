//! Nothing: the contracts are the dependencies.
