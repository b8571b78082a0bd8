//! What may be attached to a message. The treasury receives by bank transfer, never with a message.

use cosmwasm_std::MessageInfo;

use crate::ContractError;

/// Refuses any coin.
pub fn none(info: &MessageInfo) -> Result<(), ContractError> {
    if info.funds.is_empty() {
        return Ok(());
    }
    Err(ContractError::NonPayable { coins: info.funds.len() })
}
