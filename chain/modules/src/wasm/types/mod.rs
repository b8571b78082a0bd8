//! Messages of this module, checked.
//!
//! Checks are those of wasmd `x/wasm/types/tx.go` (`ValidateBasic`): they need no state.

mod check;
mod code;
mod contract;
mod govern;

use cosmos_sdk_proto::Any;
use prost::{Message, Name};
use stoa_proto::cosmwasm::wasm::v1::{
    AccessConfig, MsgAddCodeUploadParamsAddresses, MsgClearAdmin, MsgExecuteContract,
    MsgInstantiateContract, MsgInstantiateContract2, MsgMigrateContract, MsgPinCodes,
    MsgRemoveCodeUploadParamsAddresses, MsgStoreAndInstantiateContract, MsgStoreAndMigrateContract,
    MsgStoreCode, MsgSudoContract, MsgUnpinCodes, MsgUpdateAdmin, MsgUpdateContractLabel,
    MsgUpdateInstantiateConfig, MsgUpdateParams, Params,
};

pub(super) use check::{
    address, check_code_id, check_instantiate, check_json, check_salt, permission_address,
};
pub(super) use contract::set_admin;

use super::error::WasmError;
use crate::{auth::AccAddress, bank::Coins, router::read_message};

/// Most bytes of Wasm, packed and unpacked.
pub const MAX_WASM_BYTES: usize = 800 * 1024;
/// Most bytes of the salt of a predictable address.
pub const MAX_SALT_BYTES: usize = 64;
/// Most codes that one message pins or unpins.
pub const MAX_PINNED_AT_ONCE: usize = 50;

/// A message of this module that passed the checks that need no state.
#[derive(Clone, Debug)]
pub(super) enum WasmMessage {
    StoreCode(StoreCode),
    Instantiate(Instantiate),
    Execute(Execute),
    Migrate(Migrate),
    SetAdmin(SetAdmin),
    SetLabel(SetLabel),
    SetPermission(SetPermission),
    StoreAndInstantiate(StoreCode, Instantiate),
    StoreAndMigrate(StoreCode, Migrate),
    Govern(Govern),
}

#[derive(Clone, Debug)]
pub(super) struct StoreCode {
    pub(super) sender: AccAddress,
    /// Wasm, or Wasm in gzip.
    pub(super) code: Vec<u8>,
    pub(super) permission: Option<AccessConfig>,
}

#[derive(Clone, Debug)]
pub(super) struct Instantiate {
    pub(super) sender: AccAddress,
    pub(super) admin: Option<AccAddress>,
    pub(super) code_id: u64,
    pub(super) label: String,
    pub(super) message: Vec<u8>,
    pub(super) funds: Coins,
    pub(super) address: AddressRule,
}

/// How a new contract gets its address.
#[derive(Clone, Debug)]
pub(super) enum AddressRule {
    /// From the counter of contracts.
    Classic,
    /// From code, creator and salt; with `is_message_fixed` also from the message.
    Predictable { salt: Vec<u8>, is_message_fixed: bool },
}

#[derive(Clone, Debug)]
pub(super) struct Execute {
    pub(super) sender: AccAddress,
    pub(super) contract: AccAddress,
    pub(super) message: Vec<u8>,
    pub(super) funds: Coins,
}

#[derive(Clone, Debug)]
pub(super) struct Migrate {
    pub(super) sender: AccAddress,
    pub(super) contract: AccAddress,
    pub(super) code_id: u64,
    pub(super) message: Vec<u8>,
}

/// Changes or (without `new_admin`) clears the admin.
#[derive(Clone, Debug)]
pub(super) struct SetAdmin {
    pub(super) sender: AccAddress,
    pub(super) contract: AccAddress,
    pub(super) new_admin: Option<AccAddress>,
}

/// Renames a contract.
#[derive(Clone, Debug)]
pub(super) struct SetLabel {
    pub(super) sender: AccAddress,
    pub(super) contract: AccAddress,
    pub(super) label: String,
}

/// Changes who may make contracts of a code.
#[derive(Clone, Debug)]
pub(super) struct SetPermission {
    pub(super) sender: AccAddress,
    pub(super) code_id: u64,
    pub(super) permission: AccessConfig,
}

/// What only the authority of the chain may order.
#[derive(Clone, Debug)]
pub(super) struct Govern {
    /// Who claims to be the authority.
    pub(super) authority: AccAddress,
    pub(super) order: Order,
}

/// An order of the authority.
#[derive(Clone, Debug)]
pub(super) enum Order {
    /// Calls `sudo` of a contract.
    Sudo { contract: AccAddress, message: Vec<u8> },
    /// Keeps codes compiled.
    Pin { code_ids: Vec<u64> },
    /// Ends that.
    Unpin { code_ids: Vec<u64> },
    /// Replaces the parameters.
    SetParams { params: Params },
    /// Lets more accounts store code.
    AddUploaders { addresses: Vec<String> },
    /// Lets fewer accounts store code.
    RemoveUploaders { addresses: Vec<String> },
}

impl WasmMessage {
    /// Decodes and checks; nothing for types of other modules.
    pub(super) fn decode(message: &Any) -> Option<Result<Self, WasmError>> {
        let decoded = match message.type_url.strip_prefix("/cosmwasm.wasm.v1.")? {
            MsgStoreCode::NAME => parse(message).and_then(code::store),
            MsgInstantiateContract::NAME => parse(message).and_then(contract::instantiate),
            MsgInstantiateContract2::NAME => parse(message).and_then(contract::instantiate_2),
            MsgExecuteContract::NAME => parse(message).and_then(contract::execute),
            MsgMigrateContract::NAME => parse(message).and_then(contract::migrate),
            MsgUpdateAdmin::NAME => parse(message).and_then(contract::update_admin),
            MsgClearAdmin::NAME => parse(message).and_then(contract::clear_admin),
            MsgUpdateContractLabel::NAME => parse(message).and_then(contract::update_label),
            MsgUpdateInstantiateConfig::NAME => parse(message).and_then(code::update_permission),
            MsgStoreAndInstantiateContract::NAME => {
                parse(message).and_then(code::store_and_instantiate)
            }
            MsgStoreAndMigrateContract::NAME => parse(message).and_then(code::store_and_migrate),
            MsgSudoContract::NAME => parse(message).and_then(govern::sudo),
            MsgPinCodes::NAME => parse(message).and_then(govern::pin),
            MsgUnpinCodes::NAME => parse(message).and_then(govern::unpin),
            MsgUpdateParams::NAME => parse(message).and_then(govern::update_params),
            MsgAddCodeUploadParamsAddresses::NAME => parse(message).and_then(govern::add_uploaders),
            MsgRemoveCodeUploadParamsAddresses::NAME => {
                parse(message).and_then(govern::remove_uploaders)
            }
            _ => return None,
        };
        Some(decoded)
    }

    /// Who must have signed.
    pub(super) const fn sender(&self) -> &AccAddress {
        match self {
            Self::StoreCode(message)
            | Self::StoreAndInstantiate(message, _)
            | Self::StoreAndMigrate(message, _) => &message.sender,
            Self::Instantiate(message) => &message.sender,
            Self::Execute(message) => &message.sender,
            Self::Migrate(message) => &message.sender,
            Self::SetAdmin(message) => &message.sender,
            Self::SetLabel(message) => &message.sender,
            Self::SetPermission(message) => &message.sender,
            Self::Govern(message) => &message.authority,
        }
    }
}

fn parse<T: Message + Default>(message: &Any) -> Result<T, WasmError> {
    Ok(read_message(message)?)
}
