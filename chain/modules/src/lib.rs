//! State machine modules: auth, bank, wasm.
