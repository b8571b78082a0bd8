//! What every module shares: context, gas, events, errors.

mod block_gas;
mod context;
mod error;
mod event;
mod gas;
mod gas_store;
mod loaded_code;
mod nesting;
mod time;
mod type_url;

pub use block_gas::BlockGas;
pub use context::{BlockInfo, Context, ExecMode};
pub use error::{ModuleError, codespace};
pub use event::{Attribute, Event};
pub use gas::{Gas, GasMeter, OutOfGas, kv};
pub use gas_store::Walk;
pub use loaded_code::{BlockCode, LoadedCode, MAX_BLOCK_CODE_BYTES};
pub use nesting::Nesting;
pub use time::{Time, sortable};
pub use type_url::is_of_type;
