//! One message on its way through the contracts that it causes to run.

use std::sync::Arc;

use cosmwasm_std::{Addr, MessageInfo};
use stoa_proto::cosmwasm::wasm::v1::{
    MsgAddCodeUploadParamsAddressesResponse, MsgClearAdminResponse, MsgExecuteContractResponse,
    MsgInstantiateContract2Response, MsgInstantiateContractResponse, MsgMigrateContractResponse,
    MsgPinCodesResponse, MsgRemoveCodeUploadParamsAddressesResponse,
    MsgStoreAndInstantiateContractResponse, MsgStoreAndMigrateContractResponse,
    MsgStoreCodeResponse, MsgSudoContractResponse, MsgUnpinCodesResponse, MsgUpdateAdminResponse,
    MsgUpdateContractLabelResponse, MsgUpdateInstantiateConfigResponse, MsgUpdateParamsResponse,
};

use super::{
    Wasm, action,
    error::WasmError,
    load::{self, Loaded},
    types::{AddressRule, Govern, Instantiate, Migrate, Order, SetAdmin, StoreCode, WasmMessage},
    vm::{Callee, Code, std_coin},
};
use crate::{
    Context,
    auth::AccAddress,
    authority,
    bank::Coins,
    router::{MessageResponse, MessageRouter},
};

/// What all steps of a message share.
pub(super) struct Run<'a> {
    pub(super) wasm: &'a Wasm,
    pub(super) router: &'a dyn MessageRouter,
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
                let action::Stored { code_id, checksum } = action::store_code(self, ctx, message)?;
                Ok(MessageResponse::new(&MsgStoreCodeResponse { code_id, checksum }))
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
            WasmMessage::SetLabel(message) => {
                action::set_label(ctx, message)?;
                Ok(MessageResponse::new(&MsgUpdateContractLabelResponse {}))
            }
            WasmMessage::SetPermission(message) => {
                action::set_permission(ctx, message)?;
                Ok(MessageResponse::new(&MsgUpdateInstantiateConfigResponse {}))
            }
            WasmMessage::StoreAndInstantiate(code, contract) => {
                self.store_and_instantiate(ctx, code, contract)
            }
            WasmMessage::StoreAndMigrate(code, migration) => {
                self.store_and_migrate(ctx, code, migration)
            }
            WasmMessage::Govern(message) => self.govern(ctx, message),
        }
    }

    /// Charges for loading the code of `contract`.
    pub(super) fn load(
        &self,
        ctx: &Context,
        contract: &AccAddress,
        location: &'static str,
    ) -> Result<Loaded, WasmError> {
        load::contract(ctx, contract, location)
    }

    /// Compiled code.
    pub(super) fn code(&self, ctx: &Context, loaded: &Loaded) -> Result<Arc<Code>, WasmError> {
        self.wasm.code(ctx, loaded)
    }

    /// Something to call.
    pub(super) fn callee<'b>(&'b self, contract: &'b AccAddress, code: &Arc<Code>) -> Callee<'b> {
        Callee { wasm: self.wasm, contract, code: Arc::clone(code) }
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

    fn store_and_instantiate(
        &self,
        ctx: &mut Context,
        code: &StoreCode,
        contract: &Instantiate,
    ) -> Result<MessageResponse, WasmError> {
        let code_id = action::store_code(self, ctx, code)?.code_id;
        let contract = Instantiate { code_id, ..contract.clone() };
        let (contract, data) = action::instantiate(self, ctx, &contract)?;
        let (address, data) = (contract.to_string(), data.unwrap_or_default());
        Ok(MessageResponse::new(&MsgStoreAndInstantiateContractResponse { address, data }))
    }

    fn store_and_migrate(
        &self,
        ctx: &mut Context,
        code: &StoreCode,
        migration: &Migrate,
    ) -> Result<MessageResponse, WasmError> {
        let action::Stored { code_id, checksum } = action::store_code(self, ctx, code)?;
        let migration = Migrate { code_id, ..migration.clone() };
        let data = action::migrate(self, ctx, &migration)?.unwrap_or_default();
        let response = MsgStoreAndMigrateContractResponse { code_id, checksum, data };
        Ok(MessageResponse::new(&response))
    }

    /// Executes an order of the authority.
    fn govern(&self, ctx: &mut Context, message: &Govern) -> Result<MessageResponse, WasmError> {
        let (expected, actual) = (authority::address(ctx)?, message.authority.clone());
        if expected != actual {
            return Err(WasmError::NotAuthority { expected, actual });
        }
        Ok(match &message.order {
            Order::Sudo { contract, message } => {
                let data = action::sudo(self, ctx, contract, message)?.unwrap_or_default();
                MessageResponse::new(&MsgSudoContractResponse { data })
            }
            Order::Pin { code_ids } => {
                code_ids.iter().try_for_each(|code_id| action::pin(self, ctx, *code_id))?;
                MessageResponse::new(&MsgPinCodesResponse {})
            }
            Order::Unpin { code_ids } => {
                code_ids.iter().try_for_each(|code_id| action::unpin(ctx, *code_id))?;
                MessageResponse::new(&MsgUnpinCodesResponse {})
            }
            Order::SetParams { params } => {
                action::set_params(ctx, params)?;
                MessageResponse::new(&MsgUpdateParamsResponse {})
            }
            Order::AddUploaders { addresses } => {
                action::add_uploaders(ctx, addresses)?;
                MessageResponse::new(&MsgAddCodeUploadParamsAddressesResponse {})
            }
            Order::RemoveUploaders { addresses } => {
                action::remove_uploaders(ctx, addresses)?;
                MessageResponse::new(&MsgRemoveCodeUploadParamsAddressesResponse {})
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
