//! Accounts: numbers, sequences, keys.
//!
//! Purpose: who may sign, and that nothing signed is executed twice.
//! Place: below every other module; the ante checks of the application read and advance it.
//! Invariants: an account number is given once and never changes; a sequence only grows; the key of an
//! account, once set, hashes to its address.
//! Wire forms, state layout and defaults are those of the Cosmos SDK's `x/auth`.

mod account;
mod action;
mod address;
mod bech32_text;
mod error;
mod export;
mod genesis;
mod invariants;
mod params;
mod public_key;
mod rpc;
mod state_key;
mod stored;
mod vesting;
mod view;

pub use account::{Account, FEE_COLLECTOR, ModuleIdentity, WASM, is_module_address};
pub use action::{create_account, create_vesting_account, module_account, save_account};
pub use address::{AccAddress, AddressError, BECH32_PREFIX, MAX_ADDRESS_BYTES, parse_address};
pub use error::AuthError;
pub use export::export_genesis;
pub use genesis::{Genesis, init_genesis};
pub use invariants::INVARIANTS;
pub use params::Params;
pub use public_key::{Ed25519Key, MAX_MULTISIG_MEMBERS, MultisigKey, PublicKey, Secp256k1Key};
pub use rpc::query;
pub use state_key::STORE;
pub use vesting::{Period, Schedule, Vesting};
pub use view::{account, account_or_refuse, has_account, params, pay_for_account};
