//! The exact-inference semantics: integer operators that define every bit a runner may answer.

/// Version of the semantics; 0 is the first version, before the freeze.
pub const SEMANTICS_VERSION: u32 = 0;
