//! What blocks do to the beacon.

mod check;
mod fix;
mod fold;

pub use check::check;
pub use fix::fix;
pub use fold::fold;
