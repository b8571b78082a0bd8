//! The first state, in the shape of `x/auth`'s genesis section.

use std::collections::BTreeSet;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use cosmos_sdk_proto::cosmos::base::v1beta1::Coin as ProtoCoin;
use prost::Message as _;
use serde::{Deserialize, Deserializer, de::Error as _};

use super::{
    Account, AuthError, Ed25519Key, FEE_COLLECTOR, ModuleIdentity, MultisigKey, Params, Period,
    PublicKey, STORE, Schedule, Vesting, action, state_key,
};
use crate::{
    bank::{BankError, Coins},
    core::{Context, ModuleError},
};

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
    #[serde(rename = "/cosmos.vesting.v1beta1.ContinuousVestingAccount")]
    Continuous {
        base_vesting_account: BaseVesting,
        #[serde(deserialize_with = "number")]
        start_time: u64,
    },
    #[serde(rename = "/cosmos.vesting.v1beta1.DelayedVestingAccount")]
    Delayed { base_vesting_account: BaseVesting },
    #[serde(rename = "/cosmos.vesting.v1beta1.PeriodicVestingAccount")]
    Periodic {
        base_vesting_account: BaseVesting,
        #[serde(deserialize_with = "number")]
        start_time: u64,
        vesting_periods: Vec<GenesisPeriod>,
    },
    #[serde(rename = "/cosmos.vesting.v1beta1.PermanentLockedAccount")]
    Permanent { base_vesting_account: BaseVesting },
}

#[derive(Debug, Deserialize)]
struct BaseVesting {
    base_account: BaseAccount,
    original_vesting: Vec<ProtoCoin>,
    #[serde(default, deserialize_with = "number")]
    end_time: u64,
}

#[derive(Debug, Deserialize)]
struct GenesisPeriod {
    #[serde(deserialize_with = "number")]
    length: u64,
    amount: Vec<ProtoCoin>,
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

fn seconds(value: u64) -> Result<i64, AuthError> {
    let refuse = |_| AuthError::Genesis { reason: format!("{value} is no time") };
    i64::try_from(value).map_err(refuse)
}

fn coins(list: &[ProtoCoin]) -> Result<Coins, AuthError> {
    let refuse = |error: BankError| AuthError::Genesis { reason: error.to_string() };
    Coins::from_proto(list).map_err(refuse)
}

impl BaseVesting {
    fn read(self, schedule: Schedule) -> Result<(BaseAccount, Vesting), AuthError> {
        let original = coins(&self.original_vesting)?;
        let vesting = Vesting { original, end_seconds: seconds(self.end_time)?, schedule };
        if !vesting.is_valid() {
            let reason = format!("the schedule of {} does not add up", self.base_account.address);
            return Err(AuthError::Genesis { reason });
        }
        Ok((self.base_account, vesting))
    }
}

impl GenesisAccount {
    /// The parts that all accounts have, the name of the module, and the schedule.
    fn split(self) -> Result<(BaseAccount, Option<String>, Option<Vesting>), AuthError> {
        let (base, vesting) = match self {
            Self::Base(base) => return Ok((base, None, None)),
            Self::Module { base_account, name } => return Ok((base_account, Some(name), None)),
            Self::Continuous { base_vesting_account, start_time } => {
                let start_seconds = seconds(start_time)?;
                base_vesting_account.read(Schedule::Continuous { start_seconds })?
            }
            Self::Delayed { base_vesting_account } => {
                base_vesting_account.read(Schedule::Delayed)?
            }
            Self::Periodic { base_vesting_account, start_time, vesting_periods } => {
                let period = |period: GenesisPeriod| {
                    let length_seconds = seconds(period.length)?;
                    Ok(Period { length_seconds, amount: coins(&period.amount)? })
                };
                let periods = vesting_periods.into_iter().map(period);
                let periods = periods.collect::<Result<_, AuthError>>()?;
                let start_seconds = seconds(start_time)?;
                base_vesting_account.read(Schedule::Periodic { start_seconds, periods })?
            }
            Self::Permanent { base_vesting_account } => {
                base_vesting_account.read(Schedule::Permanent)?
            }
        };
        Ok((base, None, Some(vesting)))
    }

    fn check(self) -> Result<Account, AuthError> {
        let refuse = |reason: String| AuthError::Genesis { reason };
        let (base, module, vesting) = self.split()?;
        let named = |name: String| {
            ModuleIdentity::by_name(&name).ok_or_else(|| refuse(format!("unknown module {name}")))
        };
        let module = module.map(named).transpose()?;
        let address = base.address.parse().map_err(|e| refuse(format!("{}: {e}", base.address)))?;
        let key = base.pub_key.map(GenesisKey::check);
        let account = Account {
            key: key.transpose()?,
            sequence: base.sequence,
            module,
            vesting,
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
    fn vesting_accounts_are_read_as_the_sdk_writes_them() {
        let account = |kind: &str, more: &str, end: u64| {
            format!(
                r#"{{"accounts":[{{"@type":"/cosmos.vesting.v1beta1.{kind}","base_vesting_account":{{"base_account":{{"address":"{ALICE}"}},"original_vesting":[{{"denom":"ustoa","amount":"7"}}],"delegated_free":[],"delegated_vesting":[],"end_time":"{end}"}}{more}}}]}}"#
            )
        };
        let run = |text: &str| {
            let ctx = context();
            init_genesis(&ctx, genesis(text)).map(|()| {
                auth::account(&ctx, &ALICE.parse().unwrap()).unwrap().unwrap().vesting.unwrap()
            })
        };
        let start = r#","start_time":"3""#;
        let continuous = run(&account("ContinuousVestingAccount", start, 9)).unwrap();
        assert_eq!(continuous.schedule, Schedule::Continuous { start_seconds: 3 });
        assert!(run(&account("DelayedVestingAccount", "", 9)).is_ok());
        assert!(run(&account("PermanentLockedAccount", "", 0)).is_ok());
        let periods = r#","start_time":"3","vesting_periods":[{"length":"6","amount":[{"denom":"ustoa","amount":"7"}]}]"#;
        assert!(run(&account("PeriodicVestingAccount", periods, 9)).is_ok());
        assert!(run(&account("PeriodicVestingAccount", periods, 8)).is_err());
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
