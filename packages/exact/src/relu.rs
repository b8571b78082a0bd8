//! ReLU, the activation of plain classifiers.

/// `max(x, 0)` of a fixed value; no rounding.
pub const fn relu(x: i32) -> i32 {
    if x > 0 { x } else { 0 }
}
