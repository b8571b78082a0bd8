//! The state as a genesis section.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use cosmos_sdk_proto::cosmos::{
    auth::v1beta1::{BaseAccount, ModuleAccount},
    crypto::{ed25519, multisig, secp256k1},
    vesting::v1beta1::{
        ContinuousVestingAccount, DelayedVestingAccount, PeriodicVestingAccount,
        PermanentLockedAccount,
    },
};
use prost::Name;
use serde_json::{Value, json};
use stoa_store::Order;

use super::{AccAddress, Account, AuthError, PublicKey, STORE, Schedule, Vesting, state_key, view};
use crate::core::{Context, ModuleError};

/// The `auth` section of `app_state`: parameters and accounts, in order of their numbers.
pub fn export_genesis(ctx: &Context) -> Result<Value, ModuleError> {
    let mut walk = ctx.walk(STORE, state_key::accounts(), Order::Ascending)?;
    let mut accounts = Vec::new();
    while let Some((key, stored)) = ctx.step(&mut walk)? {
        let address = AccAddress::new(key.get(1..).unwrap_or_default());
        let address = address.map_err(|_| AuthError::Corrupt { what: "account" })?;
        accounts.push(Account::from_stored(&address, &stored)?);
    }
    accounts.sort_by_key(|account| account.number);
    let params = view::params(ctx)?;
    Ok(json!({
        "params": {
            "max_memo_characters": params.max_memo_bytes.to_string(),
            "tx_sig_limit": params.signature_limit.to_string(),
            "tx_size_cost_per_byte": params.gas_per_tx_byte.to_string(),
            "sig_verify_cost_ed25519": params.gas_per_ed25519.to_string(),
            "sig_verify_cost_secp256k1": params.gas_per_secp256k1.to_string(),
        },
        "accounts": accounts.iter().map(account).collect::<Vec<_>>(),
    }))
}

fn account(account: &Account) -> Value {
    let base = json!({
        "address": account.address.to_string(),
        "pub_key": account.key.as_ref().map(key),
        "account_number": account.number.to_string(),
        "sequence": account.sequence.to_string(),
    });
    if let Some(schedule) = &account.vesting {
        return vesting(&base, schedule);
    }
    let Some(module) = account.module else { return typed::<BaseAccount>(base) };
    typed::<ModuleAccount>(json!({
        "base_account": base,
        "name": module.name(),
        "permissions": module.permissions(),
    }))
}

fn vesting(base: &Value, Vesting { original, end_seconds, schedule }: &Vesting) -> Value {
    let base = json!({
        "base_account": base,
        "original_vesting": original.to_json(),
        "delegated_free": [],
        "delegated_vesting": [],
        "end_time": end_seconds.to_string(),
    });
    match schedule {
        Schedule::Continuous { start_seconds } => typed::<ContinuousVestingAccount>(json!({
            "base_vesting_account": base,
            "start_time": start_seconds.to_string(),
        })),
        Schedule::Delayed => {
            typed::<DelayedVestingAccount>(json!({ "base_vesting_account": base }))
        }
        Schedule::Permanent => {
            typed::<PermanentLockedAccount>(json!({ "base_vesting_account": base }))
        }
        Schedule::Periodic { start_seconds, periods } => {
            let period = |period: &super::Period| {
                let length = period.length_seconds.to_string();
                json!({ "length": length, "amount": period.amount.to_json() })
            };
            typed::<PeriodicVestingAccount>(json!({
                "base_vesting_account": base,
                "start_time": start_seconds.to_string(),
                "vesting_periods": periods.iter().map(period).collect::<Vec<_>>(),
            }))
        }
    }
}

fn key(key: &PublicKey) -> Value {
    let text = |bytes: &[u8]| json!({ "key": BASE64_STANDARD.encode(bytes) });
    match key {
        PublicKey::Secp256k1(one) => typed::<secp256k1::PubKey>(text(one.as_bytes())),
        PublicKey::Ed25519(one) => typed::<ed25519::PubKey>(text(one.as_bytes())),
        PublicKey::Multisig(several) => typed::<multisig::LegacyAminoPubKey>(json!({
            "threshold": several.threshold(),
            "public_keys": several.members().iter().map(self::key).collect::<Vec<_>>(),
        })),
    }
}

/// An object that says of what type it is.
fn typed<M: Name>(mut object: Value) -> Value {
    if let Some(fields) = object.as_object_mut() {
        fields.insert("@type".to_owned(), json!(M::type_url()));
    }
    object
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        auth::{self, AccAddress, FEE_COLLECTOR, MultisigKey, Period},
        testing::context,
    };

    #[test]
    fn accounts_of_every_kind_come_back_as_they_were() {
        let ctx = context();
        auth::init_genesis(&ctx, serde_json::from_value(json!({})).unwrap()).unwrap();
        let one = PublicKey::from_compressed(&[[2].as_slice(), &[7; 32]].concat()).unwrap();
        let several = MultisigKey::new(2, vec![one.clone(), one.clone()]).unwrap();
        let plain = |byte: u8| Account::new(AccAddress::new([byte; 20]).unwrap(), byte.into());
        let vesting = |byte, end_seconds, schedule| Account {
            vesting: Some(Vesting { original: "7ustoa".parse().unwrap(), end_seconds, schedule }),
            ..plain(byte)
        };
        let periods = vec![Period { length_seconds: 6, amount: "7ustoa".parse().unwrap() }];
        let signed = |key: PublicKey, number| Account {
            sequence: 9,
            key: Some(key.clone()),
            ..Account::new(key.address(), number)
        };
        let accounts = [
            plain(1),
            signed(one, 4),
            signed(PublicKey::Multisig(several), 7),
            vesting(9, 9, Schedule::Continuous { start_seconds: 3 }),
            vesting(10, 9, Schedule::Delayed),
            vesting(11, 0, Schedule::Permanent),
            vesting(12, 9, Schedule::Periodic { start_seconds: 3, periods }),
        ];
        for account in &accounts {
            auth::save_account(&ctx, account).unwrap();
        }
        let section = export_genesis(&ctx).unwrap();
        let again = context();
        auth::init_genesis(&again, serde_json::from_value(section.clone()).unwrap()).unwrap();
        for account in accounts {
            assert_eq!(auth::account(&again, &account.address).unwrap(), Some(account));
        }
        assert_eq!(auth::module_account(&again, FEE_COLLECTOR).unwrap().number, 0);
        assert_eq!(export_genesis(&again).unwrap(), section);
    }
}
