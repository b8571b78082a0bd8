//! The first set, as consensus hands it over.

use prost::Message as _;
use tendermint_proto::v0_38::abci::ValidatorUpdate;

use super::{STORE, Validator, ValidatorError, state_key};
use crate::core::{Context, ModuleError};

/// Keeps the validators of the genesis file.
pub fn init_genesis(ctx: &Context, updates: &[ValidatorUpdate]) -> Result<(), ModuleError> {
    for (position, update) in updates.iter().enumerate() {
        let validator = Validator::from_update(update, position)?;
        let address = validator.address();
        let key = state_key::validator(&address);
        if ctx.has(STORE, &key)? {
            return Err(ValidatorError::Duplicate { address }.into());
        }
        ctx.set(STORE, &key, validator.to_update().encode_to_vec())?;
    }
    Ok(())
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
        let found = validators::all(&ctx).unwrap();
        assert_eq!(found.iter().map(|validator| validator.power).sum::<u64>(), 18);
        assert!(found.is_sorted_by_key(Validator::address));
    }

    #[test]
    fn other_keys_powers_of_zero_and_doubled_validators_are_refused() {
        let secp = PublicKey { sum: Some(Sum::Secp256k1(vec![2; 33])) };
        let secp = ValidatorUpdate { pub_key: Some(secp), power: 1 };
        for set in [vec![secp], vec![update(1, 0)], vec![update(1, 1), update(1, 2)]] {
            assert!(init_genesis(&context(), &set).is_err());
        }
    }
}
