//! One message on its way through the contracts that it causes to run.

use std::sync::Arc;

use cosmos_sdk_proto::cosmwasm::wasm::v1::{
    MsgClearAdminResponse, MsgExecuteContractResponse, MsgInstantiateContract2Response,
    MsgInstantiateContractResponse, MsgMigrateContractResponse, MsgUpdateAdminResponse,
};
use cosmwasm_std::{Addr, MessageInfo};

use super::{
    Wasm, action,
    error::WasmError,
    gas,
    scope::Scope,
    types::{AddressRule, Instantiate, SetAdmin, WasmMessage},
    view,
    vm::{Callee, Code, std_coin},
};
use crate::{
    Context,
    auth::AccAddress,
    bank::Coins,
    core::LoadedCode,
    router::{MessageResponse, MessageRouter},
};

/// What all steps of a message share, at one depth of nesting.
pub(super) struct Run<'a> {
    pub(super) wasm: &'a Wasm,
    pub(super) router: &'a dyn MessageRouter,
    pub(super) scope: Scope,
}

impl Run<'_> {
    /// Executes a checked message.
    pub(super) fn execute(
        &self,
        ctx: &mut Context,
        message: &WasmMessage,
    ) -> Result<MessageResponse, WasmError> {
        match message {
            WasmMessage::StoreCode(message) => {
                Ok(MessageResponse::new(&action::store_code(self, ctx, message)?))
            }
            WasmMessage::Instantiate(message) => self.instantiate(ctx, message),
            WasmMessage::Execute(message) => {
                let data = action::execute(self, ctx, message)?.unwrap_or_default();
                Ok(MessageResponse::new(&MsgExecuteContractResponse { data }))
            }
            WasmMessage::Migrate(message) => {
                let data = action::migrate(self, ctx, message)?.unwrap_or_default();
                Ok(MessageResponse::new(&MsgMigrateContractResponse { data }))
            }
            WasmMessage::SetAdmin(message) => set_admin(ctx, message),
        }
    }

    /// The same, one level of responses deeper.
    pub(super) fn deeper(&self) -> Result<Self, WasmError> {
        Ok(Self { wasm: self.wasm, router: self.router, scope: self.scope.call_deeper()? })
    }

    /// Charges for loading the code of `contract`; answers its checksum.
    pub(super) fn load(
        &self,
        ctx: &Context,
        contract: &AccAddress,
        location: &'static str,
    ) -> Result<Vec<u8>, WasmError> {
        self.scope.load(ctx, contract, location)
    }

    /// Charges for loading code: less if it is pinned or was loaded before.
    pub(super) fn charge_setup(
        &self,
        ctx: &Context,
        code_id: u64,
        checksum: &[u8],
        location: &'static str,
    ) -> Result<(), WasmError> {
        self.scope.charge_setup(ctx, code_id, checksum, location)
    }

    /// Compiled code.
    pub(super) fn code(&self, ctx: &Context, checksum: &[u8]) -> Result<Arc<Code>, WasmError> {
        self.wasm.code(ctx, checksum)
    }

    /// Something to call.
    pub(super) fn callee<'b>(&'b self, contract: &'b AccAddress, code: &Arc<Code>) -> Callee<'b> {
        Callee { wasm: self.wasm, scope: &self.scope, contract, code: Arc::clone(code) }
    }

    /// Who calls and what was sent along.
    pub(super) fn message_info(&self, sender: &AccAddress, funds: &Coins) -> MessageInfo {
        MessageInfo {
            sender: Addr::unchecked(sender.to_string()),
            funds: funds.iter().map(std_coin).collect(),
        }
    }

    fn instantiate(
        &self,
        ctx: &mut Context,
        message: &Instantiate,
    ) -> Result<MessageResponse, WasmError> {
        let (contract, data) = action::instantiate(self, ctx, message)?;
        let (address, data) = (contract.to_string(), data.unwrap_or_default());
        Ok(match message.address {
            AddressRule::Classic => {
                MessageResponse::new(&MsgInstantiateContractResponse { address, data })
            }
            AddressRule::Predictable { .. } => {
                MessageResponse::new(&MsgInstantiateContract2Response { address, data })
            }
        })
    }
}

fn set_admin(ctx: &mut Context, message: &SetAdmin) -> Result<MessageResponse, WasmError> {
    action::set_admin(ctx, message)?;
    Ok(match message.new_admin {
        Some(_) => MessageResponse::new(&MsgUpdateAdminResponse {}),
        None => MessageResponse::new(&MsgClearAdminResponse {}),
    })
}

impl Scope {
    /// Charges for loading the code of `contract`; answers its checksum.
    fn load(
        &self,
        ctx: &Context,
        contract: &AccAddress,
        location: &'static str,
    ) -> Result<Vec<u8>, WasmError> {
        let info = view::contract_or_refuse(ctx, contract)?;
        let code = view::code_or_refuse(ctx, info.code_id)?;
        self.charge_setup(ctx, info.code_id, &code.code_hash, location)?;
        Ok(code.code_hash)
    }

    fn charge_setup(
        &self,
        ctx: &Context,
        code_id: u64,
        checksum: &[u8],
        location: &'static str,
    ) -> Result<(), WasmError> {
        let was_loaded = |loaded: &LoadedCode| loaded.was_loaded(checksum);
        let is_loaded =
            view::is_pinned(ctx, code_id)? || ctx.loaded_code.as_ref().is_some_and(was_loaded);
        Ok(ctx.gas.charge(gas::setup(is_loaded), location)?)
    }
}

impl Wasm {
    /// Compiled code; made from the state if this node has none in memory.
    fn code(&self, ctx: &Context, checksum: &[u8]) -> Result<Arc<Code>, WasmError> {
        self.codes().get(checksum, || Ok(view::byte_code(ctx, checksum)?))
    }

    /// Asks a contract, one query deeper.
    pub(super) fn query_smart(
        &self,
        scope: &Scope,
        ctx: &mut Context,
        contract: &AccAddress,
        message: &[u8],
    ) -> Result<Vec<u8>, WasmError> {
        let scope = scope.query_deeper()?;
        let checksum = scope.load(ctx, contract, "Loading CosmWasm module: query")?;
        let code = self.code(ctx, &checksum)?;
        Callee { wasm: self, scope: &scope, contract, code }.query(ctx, message)
    }
}
