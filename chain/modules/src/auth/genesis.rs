//! The first state, in the shape of `x/auth`'s genesis section.

use std::collections::BTreeSet;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use prost::Message as _;
use serde::{Deserialize, Deserializer, de::Error as _};

use super::{
    Account, AuthError, Ed25519Key, FEE_COLLECTOR, ModuleIdentity, MultisigKey, Params, PublicKey,
    STORE, action, state_key,
};
use crate::core::{Context, ModuleError};

/// The `auth` section of `app_state`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Genesis {
    params: Option<GenesisParams>,
    accounts: Vec<GenesisAccount>,
}

#[derive(Debug, Deserialize)]
struct GenesisParams {
    #[serde(deserialize_with = "number")]
    max_memo_characters: u64,
    #[serde(deserialize_with = "number")]
    tx_sig_limit: u64,
    #[serde(deserialize_with = "number")]
    tx_size_cost_per_byte: u64,
    #[serde(deserialize_with = "number")]
    sig_verify_cost_ed25519: u64,
    #[serde(deserialize_with = "number")]
    sig_verify_cost_secp256k1: u64,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "@type")]
enum GenesisAccount {
    #[serde(rename = "/cosmos.auth.v1beta1.BaseAccount")]
    Base(BaseAccount),
    #[serde(rename = "/cosmos.auth.v1beta1.ModuleAccount")]
    Module { base_account: BaseAccount, name: String },
}

#[derive(Debug, Deserialize)]
struct BaseAccount {
    address: String,
    #[serde(default)]
    pub_key: Option<GenesisKey>,
    #[serde(default, deserialize_with = "number")]
    account_number: u64,
    #[serde(default, deserialize_with = "number")]
    sequence: u64,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "@type")]
enum GenesisKey {
    #[serde(rename = "/cosmos.crypto.secp256k1.PubKey")]
    Secp256k1 { key: String },
    #[serde(rename = "/cosmos.crypto.ed25519.PubKey")]
    Ed25519 { key: String },
    #[serde(rename = "/cosmos.crypto.multisig.LegacyAminoPubKey")]
    Multisig { threshold: u32, public_keys: Vec<GenesisKey> },
}

impl GenesisKey {
    fn check(self) -> Result<PublicKey, AuthError> {
        let bytes = |key: &str| {
            let refuse =
                |error: base64::DecodeError| AuthError::Genesis { reason: error.to_string() };
            BASE64_STANDARD.decode(key).map_err(refuse)
        };
        Ok(match self {
            Self::Secp256k1 { key } => PublicKey::from_compressed(&bytes(&key)?)?,
            Self::Ed25519 { key } => PublicKey::Ed25519(Ed25519Key::new(&bytes(&key)?)?),
            Self::Multisig { threshold, public_keys } => {
                let members = public_keys.into_iter().map(Self::check);
                let members = members.collect::<Result<Vec<_>, _>>()?;
                PublicKey::Multisig(MultisigKey::new(threshold, members)?)
            }
        })
    }
}

/// A number as the SDK writes it (a string), or as people do.
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Form {
        Text(String),
        Number(u64),
    }
    match Form::deserialize(deserializer)? {
        Form::Text(text) => text.parse().map_err(D::Error::custom),
        Form::Number(number) => Ok(number),
    }
}

impl GenesisAccount {
    fn check(self) -> Result<Account, AuthError> {
        let refuse = |reason: String| AuthError::Genesis { reason };
        let (base, module) = match self {
            Self::Base(base) => (base, None),
            Self::Module { base_account, name } => {
                let module = ModuleIdentity::by_name(&name)
                    .ok_or_else(|| refuse(format!("unknown module {name}")))?;
                (base_account, Some(module))
            }
        };
        let address = base.address.parse().map_err(|e| refuse(format!("{}: {e}", base.address)))?;
        let key = base.pub_key.map(GenesisKey::check);
        let account = Account {
            key: key.transpose()?,
            sequence: base.sequence,
            module,
            ..Account::new(address, base.account_number)
        };
        if account.key.as_ref().is_some_and(|key| key.address() != account.address) {
            return Err(refuse(format!("the key of {} is another's", account.address)));
        }
        Ok(account)
    }
}

/// Writes parameters and accounts. Accounts are taken in order of their numbers; a number that is taken
/// already (tools write zero for all) becomes the next free one.
pub fn init_genesis(ctx: &Context, genesis: Genesis) -> Result<(), ModuleError> {
    let params = genesis.params.map_or_else(Params::default, |params| Params {
        max_memo_bytes: params.max_memo_characters,
        signature_limit: params.tx_sig_limit,
        gas_per_tx_byte: params.tx_size_cost_per_byte,
        gas_per_ed25519: params.sig_verify_cost_ed25519,
        gas_per_secp256k1: params.sig_verify_cost_secp256k1,
    });
    params.check()?;
    ctx.set(STORE, state_key::PARAMS, params.to_proto().encode_to_vec())?;

    let mut accounts: Vec<Account> =
        genesis.accounts.into_iter().map(GenesisAccount::check).collect::<Result<_, _>>()?;
    accounts.sort_by_key(|account| account.number);
    let (mut next, mut seen) = (0u64, BTreeSet::new());
    for mut account in accounts {
        if !seen.insert(account.address.clone()) {
            let reason = format!("{} appears twice", account.address);
            return Err(AuthError::Genesis { reason }.into());
        }
        account.number = account.number.max(next);
        next = account
            .number
            .checked_add(1)
            .ok_or(AuthError::CounterOverflow { counter: "account number" })?;
        action::save_account(ctx, &account)?;
    }
    action::set_next_number(ctx, next)?;
    action::module_account(ctx, FEE_COLLECTOR)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{auth, testing::context};

    const ALICE: &str = "stoa19ysd98py4533gghnua2gtyvv3lt6kswr40ga43";
    const BOB: &str = "stoa1rna690lzluhx26mxajy4q04xh32mhsqj5x9az8";

    fn genesis(text: &str) -> Genesis {
        serde_json::from_str(text).unwrap()
    }

    fn base(address: &str, number: u64) -> String {
        format!(
            r#"{{"@type":"/cosmos.auth.v1beta1.BaseAccount","address":"{address}","pub_key":null,"account_number":"{number}","sequence":"0"}}"#
        )
    }

    #[test]
    fn accounts_that_share_number_zero_get_their_own() {
        let ctx = context();
        let text = format!(r#"{{"accounts":[{},{}]}}"#, base(ALICE, 0), base(BOB, 0));
        init_genesis(&ctx, genesis(&text)).unwrap();
        let number =
            |text: &str| auth::account(&ctx, &text.parse().unwrap()).unwrap().unwrap().number;
        assert_eq!((number(ALICE), number(BOB)), (0, 1));
        assert_eq!(auth::module_account(&ctx, FEE_COLLECTOR).unwrap().number, 2);
    }

    #[test]
    fn parameters_are_read_as_the_sdk_writes_them() {
        let ctx = context();
        let text = r#"{"params":{"max_memo_characters":"512","tx_sig_limit":"3",
            "tx_size_cost_per_byte":"10","sig_verify_cost_ed25519":"590","sig_verify_cost_secp256k1":1000}}"#;
        init_genesis(&ctx, genesis(text)).unwrap();
        let params = auth::params(&ctx).unwrap();
        assert_eq!((params.max_memo_bytes, params.signature_limit), (512, 3));
    }

    #[test]
    fn doubled_accounts_foreign_addresses_and_zero_parameters_are_refused() {
        let doubled = format!(r#"{{"accounts":[{},{}]}}"#, base(ALICE, 0), base(ALICE, 1));
        let foreign = format!(r#"{{"accounts":[{}]}}"#, base("cosmos1xyz", 0));
        let zero = r#"{"params":{"max_memo_characters":"0","tx_sig_limit":"3",
            "tx_size_cost_per_byte":"1","sig_verify_cost_ed25519":"1","sig_verify_cost_secp256k1":"1"}}"#;
        for text in [doubled.as_str(), foreign.as_str(), zero] {
            assert_eq!(init_genesis(&context(), genesis(text)).unwrap_err().code(), 18);
        }
    }
}
