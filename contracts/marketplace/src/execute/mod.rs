//! Actions, one a file.

pub mod close_service;
pub mod deliver;
pub mod instantiate;
pub mod order;
pub mod refund;
pub mod register_service;
pub mod set_protocol_fee;
pub mod settle;
pub mod update_service;
