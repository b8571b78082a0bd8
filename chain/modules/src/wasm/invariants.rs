//! What must hold of contracts.

use stoa_proto::cosmwasm::wasm::v1::{CodeInfo, ContractInfo};
use stoa_store::KeyRange;

use super::{state_key, state_key::STORE, view};
use crate::{
    Context, ModuleError,
    invariants::{Broken, Invariant, Run},
};

/// What must hold of contracts.
pub const INVARIANTS: &[Invariant] = &[
    Invariant { name: "wasm/codes", check: check_codes },
    Invariant { name: "wasm/contracts", check: check_contracts },
];

/// The Wasm of every code is there.
fn check_codes(ctx: &Context, run: &mut Run) -> Result<Option<Broken>, ModuleError> {
    run.each(ctx, (STORE, KeyRange::prefix(state_key::CODES)), |(key, value)| {
        let info: CodeInfo = view::decode("wasm code", &value)?;
        let code = ctx.overlay.get(STORE, &state_key::byte_code(&info.code_hash))?;
        let code_id = view::trailing_u64(&key)?;
        Ok(code.is_none().then(|| Broken(format!("code {code_id} has no Wasm"))))
    })
}

/// The code of every contract is there.
fn check_contracts(ctx: &Context, run: &mut Run) -> Result<Option<Broken>, ModuleError> {
    run.each(ctx, (STORE, KeyRange::prefix(state_key::CONTRACTS)), |(key, value)| {
        let info: ContractInfo = view::decode("wasm contract", &value)?;
        let code = view::code(ctx, info.code_id)?;
        let text = || format!("contract {} has no code {}", hex::encode(key), info.code_id);
        Ok(code.is_none().then(|| Broken(text())))
    })
}
