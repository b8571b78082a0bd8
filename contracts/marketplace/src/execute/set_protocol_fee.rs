//! Changes the protocol fee of later orders.

use cosmwasm_std::{DepsMut, MessageInfo, Response};
use stoa_marketplace_types::MAX_PROTOCOL_FEE_BASIS_POINTS;
use stoa_primitives::BasisPoints;

use crate::{ContractError, funds, state::CONFIG};

/// Only the DAO, and never above the limit that providers could rely on.
pub fn set_protocol_fee(
    deps: DepsMut<'_>,
    info: &MessageInfo,
    protocol_fee: BasisPoints,
) -> Result<Response, ContractError> {
    funds::none(info)?;
    let mut config = CONFIG.load(deps.storage)?;
    if info.sender != config.dao {
        return Err(ContractError::NotDao {});
    }
    check_fee(protocol_fee)?;
    config.protocol_fee = protocol_fee;
    CONFIG.save(deps.storage, &config)?;

    Ok(Response::new()
        .add_attribute("action", "set_protocol_fee")
        .add_attribute("protocol_fee_basis_points", protocol_fee.get().to_string()))
}

/// At most [`MAX_PROTOCOL_FEE_BASIS_POINTS`].
pub fn check_fee(protocol_fee: BasisPoints) -> Result<(), ContractError> {
    if protocol_fee.get() > MAX_PROTOCOL_FEE_BASIS_POINTS {
        return Err(ContractError::FeeTooHigh { actual: protocol_fee.get() });
    }
    Ok(())
}
