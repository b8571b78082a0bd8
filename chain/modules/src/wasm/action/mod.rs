//! What messages do, one file for each.

mod execute;
mod funds;
mod instantiate;
mod migrate;
mod reply;
mod set_admin;
mod store_code;

pub(super) use execute::execute;
use funds::move_funds;
pub(super) use instantiate::instantiate;
pub(super) use migrate::migrate;
pub(super) use reply::reply;
pub(super) use set_admin::set_admin;
pub(super) use store_code::{remember_byte_code, store_code};
