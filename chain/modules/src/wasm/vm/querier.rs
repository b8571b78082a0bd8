//! Queries that contracts make (wasmd `x/wasm/keeper/query_plugins.go`).

use cosmwasm_std::{
    Binary, ContractResult, Empty, IbcQuery, QueryRequest, SystemError, SystemResult,
};
use cosmwasm_vm::{BackendResult, GasInfo, Querier, from_slice, to_vec};
use serde::Serialize;

use super::{bank_query, fault::Fault, storage::since, wasm_query};
use crate::{
    Context, GasMeter, ModuleError,
    auth::AccAddress,
    beacon,
    wasm::{Wasm, error::WasmError, gas, view},
};

/// Most bytes of a query; the VM reads no more from a contract.
const MAX_QUERY_BYTES: usize = 64 * 1024;

/// Answers queries from the state of the calling transaction.
pub(super) struct ContractQuerier {
    pub(super) wasm: Wasm,
    pub(super) ctx: Context,
    pub(super) caller: AccAddress,
    pub(super) fault: Fault,
}

/// Why a query of a contract has no answer.
pub(super) enum QueryFailure {
    /// The chain cannot ask; the contract reads why.
    System(SystemError),
    /// The asked refused.
    Refused(WasmError),
}

impl From<WasmError> for QueryFailure {
    fn from(error: WasmError) -> Self {
        match error {
            WasmError::NoSuchContract { address } => {
                Self::System(SystemError::NoSuchContract { addr: address })
            }
            WasmError::NoSuchCode { code_id } => Self::System(SystemError::NoSuchCode { code_id }),
            error => Self::Refused(error),
        }
    }
}

impl From<ModuleError> for QueryFailure {
    fn from(error: ModuleError) -> Self {
        Self::Refused(error.into())
    }
}

impl Querier for ContractQuerier {
    fn query_raw(
        &self,
        request: &[u8],
        gas_limit: u64,
    ) -> BackendResult<SystemResult<ContractResult<Binary>>> {
        let before = self.ctx.gas.used();
        let answer = self.charged(request, gas_limit);
        let gas = since(before, self.ctx.gas.used());
        let told = match answer {
            Ok(bytes) => SystemResult::Ok(ContractResult::Ok(bytes.into())),
            Err(QueryFailure::System(error)) => SystemResult::Err(error),
            Err(QueryFailure::Refused(error)) if error.is_fatal() => {
                // As for storage: what is past the limit is on the meter already.
                return (Err(self.fault.keep(error.into())), GasInfo::free());
            }
            Err(QueryFailure::Refused(error)) => {
                SystemResult::Ok(ContractResult::Err(error.redacted()))
            }
        };
        (Ok(told), gas)
    }
}

impl ContractQuerier {
    /// Runs the query on its own meter, and charges the caller's with what it used.
    fn charged(&self, request: &[u8], gas_limit: u64) -> Result<Vec<u8>, QueryFailure> {
        let request = match from_slice::<QueryRequest<Empty>>(request, MAX_QUERY_BYTES) {
            Ok(request) => request,
            Err(error) => {
                return Err(QueryFailure::System(SystemError::InvalidRequest {
                    error: error.to_string(),
                    request: request.into(),
                }));
            }
        };
        let mut ctx = self.ctx.clone();
        ctx.gas = GasMeter::new(gas::from_vm(gas_limit));
        let answer = self.answer(&mut ctx, request);
        self.ctx.gas.charge(ctx.gas.used(), "contract sub-query").map_err(WasmError::from)?;
        answer
    }

    fn answer(
        &self,
        ctx: &mut Context,
        request: QueryRequest<Empty>,
    ) -> Result<Vec<u8>, QueryFailure> {
        #[allow(deprecated)] // contracts of CosmWasm 1 still send it
        match request {
            QueryRequest::Bank(query) => bank_query::answer(ctx, &query),
            QueryRequest::Wasm(query) => wasm_query::answer(&self.wasm, ctx, &query),
            QueryRequest::Ibc(IbcQuery::PortId {}) => {
                let contract = view::contract_or_refuse(ctx, &self.caller)?;
                json(&PortIdResponse { port_id: contract.ibc_port_id })
            }
            QueryRequest::Custom(_) => Err(unsupported("custom")),
            // The beacon's paths are the whole accept list.
            QueryRequest::Stargate { path, data } => match beacon::query_json(ctx, &path, &data) {
                Some(answer) => Ok(answer?),
                None => Err(unsupported("Stargate queries are disabled on this chain")),
            },
            QueryRequest::Grpc(query) => match beacon::query(ctx, &query.path, &query.data) {
                Some(answer) => Ok(answer?),
                None => Err(unsupported("gRPC queries are disabled on this chain")),
            },
            _ => Err(unsupported("module is not part of this chain")),
        }
    }
}

/// What `IbcQuery::PortId` answers.
#[derive(Serialize)]
struct PortIdResponse {
    port_id: String,
}

/// The address that a contract asks about.
pub(super) fn asked_address(text: &str) -> Result<AccAddress, WasmError> {
    text.parse().map_err(|_| WasmError::AskedAddress { text: text.to_owned() })
}

/// A request that this chain does not serve.
pub(super) fn unsupported(kind: &str) -> QueryFailure {
    QueryFailure::System(SystemError::UnsupportedRequest { kind: kind.to_owned() })
}

/// An answer as the contract reads it.
pub(super) fn json(answer: &impl Serialize) -> Result<Vec<u8>, QueryFailure> {
    Ok(to_vec(answer).map_err(WasmError::from)?)
}

#[cfg(test)]
mod tests;
