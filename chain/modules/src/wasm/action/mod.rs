//! What messages do, one file for each.

mod execute;
mod funds;
mod instantiate;
mod migrate;
mod pin;
mod reply;
mod set_admin;
mod set_label;
mod set_params;
mod set_permission;
mod store_code;
mod sudo;

pub(super) use execute::execute;
use funds::move_funds;
pub(super) use instantiate::instantiate;
pub(super) use migrate::migrate;
pub(super) use pin::{pin, unpin};
pub(super) use reply::reply;
pub(super) use set_admin::set_admin;
pub(super) use set_label::set_label;
pub(super) use set_params::{add_uploaders, remove_uploaders, set_params};
pub(super) use set_permission::set_permission;
pub(super) use store_code::{Stored, checksum_of_upload, remember_byte_code, store_code};
pub(super) use sudo::sudo;
