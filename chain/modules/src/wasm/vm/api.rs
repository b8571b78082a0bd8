//! Address functions for contracts (wasmd `x/wasm/keeper/api.go`).

use cosmwasm_vm::{BackendApi, BackendError, BackendResult, GasInfo};

use crate::{
    Gas,
    auth::AccAddress,
    wasm::gas::{address, to_vm},
};

/// Bech32 with this chain's prefix.
#[derive(Clone, Copy, Debug)]
pub(super) struct AddressApi;

impl BackendApi for AddressApi {
    fn addr_validate(&self, input: &str) -> BackendResult<()> {
        match input.parse::<AccAddress>() {
            Err(error) => (Err(refused(&error)), cost(address::CANONICALIZE)),
            Ok(parsed) if parsed.to_string() != input => {
                (Err(refused("address not normalized")), cost(address::VALIDATE))
            }
            Ok(_) => (Ok(()), cost(address::VALIDATE)),
        }
    }

    fn addr_canonicalize(&self, human: &str) -> BackendResult<Vec<u8>> {
        let parsed = human.parse::<AccAddress>().map(|address| address.as_bytes().to_vec());
        (parsed.map_err(|error| refused(&error)), cost(address::CANONICALIZE))
    }

    fn addr_humanize(&self, canonical: &[u8]) -> BackendResult<String> {
        let text = AccAddress::new(canonical).map(|address| address.to_string());
        (text.map_err(|error| refused(&error)), cost(address::HUMANIZE))
    }
}

fn refused(reason: &(impl ToString + ?Sized)) -> BackendError {
    BackendError::user_err(reason.to_string())
}

const fn cost(gas: Gas) -> GasInfo {
    GasInfo { cost: to_vm(gas), externally_used: 0 }
}
