//! The runner's signed receipt: what it binds, how it is hashed, how it is verified.
