//! The first set, as consensus hands it over, and what else is known of its members.

use std::collections::BTreeSet;

use cosmwasm_std::{Binary, Uint64};
use serde::{Deserialize, Serialize};
use tendermint_proto::v0_38::abci::ValidatorUpdate;

use super::{MAX_TOTAL_POWER, Record, Validator, ValidatorError, action, view};
use crate::{
    auth::{AccAddress, AuthError},
    core::{Context, ModuleError},
};

/// The `validators` section of `app_state`: what consensus does not know of validators.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Genesis {
    validators: Vec<GenesisValidator>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct GenesisValidator {
    pub_key: Binary,
    power: Uint64,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    operator: String,
    #[serde(default)]
    is_jailed: bool,
}

/// Keeps the validators of the genesis file, which vote from the first block on.
pub fn init_genesis(ctx: &Context, updates: &[ValidatorUpdate]) -> Result<(), ModuleError> {
    let (mut set, mut seen, mut total) = (Vec::new(), BTreeSet::new(), 0u64);
    for (position, update) in updates.iter().enumerate() {
        let validator = Validator::from_update(update, position)?;
        let address = validator.address();
        if !seen.insert(address) {
            return Err(ValidatorError::Duplicate { address }.into());
        }
        let Validator { key, power } = validator.clone();
        total = total.saturating_add(power);
        action::save(ctx, &Record { key, power, operator: None, is_jailed: false })?;
        set.push(validator);
    }
    if total > MAX_TOTAL_POWER {
        return Err(ValidatorError::TotalPower { limit: MAX_TOTAL_POWER }.into());
    }
    if set.is_empty() {
        return Ok(());
    }
    set.sort_by_key(Validator::address);
    action::save_set(ctx, ctx.block.height, &set)
}

/// Adds what the section says to what consensus said: operators, validators in jail, and powers that the
/// set has not reached.
pub fn import(ctx: &Context, genesis: Genesis) -> Result<(), ModuleError> {
    for (position, entry) in genesis.validators.into_iter().enumerate() {
        let key = entry.pub_key.as_slice().try_into();
        let operator = match entry.operator.as_str() {
            "" => None,
            text => {
                let refuse = |source| AuthError::InvalidAddress { field: "operator", source };
                Some(text.parse::<AccAddress>().map_err(refuse)?)
            }
        };
        let record = Record {
            key: key.map_err(|_| ValidatorError::Key { position })?,
            power: entry.power.u64(),
            operator,
            is_jailed: entry.is_jailed,
        };
        action::save(ctx, &record)?;
    }
    Ok(())
}

/// The section that [`import`] reads; the genesis file's own list of validators is [`super::latest`].
pub fn export_genesis(ctx: &Context) -> Result<Genesis, ModuleError> {
    let entry = |record: Record| GenesisValidator {
        pub_key: Binary::from(record.key.as_slice()),
        power: record.power.into(),
        operator: record.operator.map(|operator| operator.to_string()).unwrap_or_default(),
        is_jailed: record.is_jailed,
    };
    Ok(Genesis { validators: view::records(ctx)?.into_iter().map(entry).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{testing::context, validators};
    use tendermint_proto::v0_38::crypto::{PublicKey, public_key::Sum};

    fn update(key: u8, power: i64) -> ValidatorUpdate {
        let key = PublicKey { sum: Some(Sum::Ed25519(vec![key; 32])) };
        ValidatorUpdate { pub_key: Some(key), power }
    }

    #[test]
    fn the_set_is_read_back_in_order_of_addresses() {
        let ctx = context();
        init_genesis(&ctx, &[update(1, 5), update(2, 6), update(3, 7)]).unwrap();
        let found = validators::at(&ctx, ctx.block.height).unwrap();
        assert_eq!(found.iter().map(|validator| validator.power).sum::<u64>(), 18);
        assert!(found.is_sorted_by_key(Validator::address));
        assert!(validators::at(&ctx, ctx.block.height - 1).unwrap().is_empty());
    }

    #[test]
    fn other_keys_powers_of_zero_and_doubled_validators_are_refused() {
        let secp = PublicKey { sum: Some(Sum::Secp256k1(vec![2; 33])) };
        let secp = ValidatorUpdate { pub_key: Some(secp), power: 1 };
        for set in [vec![secp], vec![update(1, 0)], vec![update(1, 1), update(1, 2)]] {
            assert!(init_genesis(&context(), &set).is_err());
        }
    }

    #[test]
    fn an_export_is_what_import_reads() {
        let ctx = context();
        init_genesis(&ctx, &[update(1, 5), update(2, 6)]).unwrap();
        let operator = AccAddress::of_module("operator").to_string();
        let section = serde_json::json!({"validators": [
            {"pub_key": Binary::from([1; 32]), "power": "9", "operator": operator, "is_jailed": true}
        ]});
        import(&ctx, serde_json::from_value(section).unwrap()).unwrap();
        let exported = serde_json::to_value(export_genesis(&ctx).unwrap()).unwrap();
        let other = context();
        init_genesis(&other, &[update(1, 5), update(2, 6)]).unwrap();
        import(&other, serde_json::from_value(exported).unwrap()).unwrap();
        assert_eq!(validators::records(&other).unwrap(), validators::records(&ctx).unwrap());
        assert!(validators::records(&ctx).unwrap().iter().any(|record| record.is_jailed));
    }
}
