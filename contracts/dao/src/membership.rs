//! Changes weights and keeps their sums.

use std::collections::BTreeSet;

use cosmwasm_std::{Addr, DepsMut};
use stoa_dao_types::{MAX_MEMBERS, Member};
use stoa_primitives::Height;

use crate::{
    ContractError,
    state::{MEMBERS, TOTALS, Totals},
};

/// Applies new weights; zero removes. The result has a weight and at most [`MAX_MEMBERS`] members.
pub fn apply(
    deps: DepsMut<'_>,
    members: &[Member],
    height: Height,
) -> Result<Totals, ContractError> {
    // Bounds the work before it is done; the sum of members is checked after.
    if members.len() > MAX_MEMBERS {
        return Err(ContractError::TooManyMembers { actual: members.len() });
    }
    let mut totals = TOTALS.may_load(deps.storage)?.unwrap_or_default();
    let mut seen = BTreeSet::new();
    for member in members {
        let address = deps.api.addr_validate(&member.address)?;
        if !seen.insert(address.clone()) {
            return Err(ContractError::DuplicateMember { address });
        }
        let previous = MEMBERS.may_load(deps.storage, &address)?;
        totals = replace(totals, previous.unwrap_or_default(), member.weight)?;
        save(deps.storage, &address, previous, member.weight, height)?;
    }
    if totals.weight == 0 {
        return Err(ContractError::ZeroTotalWeight {});
    }
    let actual = totals.members as usize;
    if actual > MAX_MEMBERS {
        return Err(ContractError::TooManyMembers { actual });
    }
    TOTALS.save(deps.storage, &totals, height)?;
    Ok(totals)
}

fn replace(totals: Totals, previous: u64, weight: u64) -> Result<Totals, ContractError> {
    let members = totals.members + u32::from(weight > 0) - u32::from(previous > 0);
    // A sum contains each of its members' weights.
    let others = totals.weight.saturating_sub(previous);
    let weight = others.checked_add(weight).ok_or(ContractError::TotalWeightOverflow {})?;
    Ok(Totals { weight, members })
}

fn save(
    storage: &mut dyn cosmwasm_std::Storage,
    address: &Addr,
    previous: Option<u64>,
    weight: u64,
    height: Height,
) -> Result<(), ContractError> {
    match (previous, weight) {
        (None, 0) => {}
        (Some(_), 0) => MEMBERS.remove(storage, address, height)?,
        _ => MEMBERS.save(storage, address, &weight, height)?,
    }
    Ok(())
}
