//! The exact-inference semantics: integer operators that define every bit a runner may answer.
