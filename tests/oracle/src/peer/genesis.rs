//! One first state for both chains.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::scenario::{ACTORS, Actor, DELEGATE, ORDERS, account_id};

/// What each actor owns of each denomination.
const FUNDS: &[(&str, u128)] = &[("uother", 500_000), ("ustoa", 1_000_000_000_000)];
/// Module accounts that wasmd makes at genesis, with their permissions. They are in the file for both,
/// so that later accounts get the same numbers.
const MODULES: &[(&str, &[&str])] = &[
    ("fee_collector", &[]),
    ("distribution", &[]),
    ("mint", &["minter"]),
    ("bonded_tokens_pool", &["burner", "staking"]),
    ("not_bonded_tokens_pool", &["burner", "staking"]),
    ("gov", &["burner"]),
    ("transfer", &["minter", "burner"]),
    ("protocolpool", &[]),
    ("protocolpool_escrow", &[]),
];
/// The one of them that stoad knows.
const FEE_COLLECTOR: &str = "fee_collector";
/// The module whose account is the authority of both chains.
const GOVERNMENT: &str = "gov";
/// Bytes of a module's address.
const MODULE_ADDRESS_BYTES: usize = 20;

/// An account with its first balance.
#[derive(Clone, Debug)]
pub struct Holder {
    /// Address.
    pub address: String,
    /// Denominations, sorted, with amounts.
    pub funds: Vec<(String, u128)>,
}

/// The application state, with the test's accounts.
pub struct Genesis {
    app_state: Value,
}

impl Genesis {
    /// Adds the actors to `base`, a state with one validator.
    pub fn new(base: &Value) -> Result<Self> {
        let funds: Vec<(String, u128)> =
            FUNDS.iter().map(|(denom, amount)| ((*denom).to_owned(), *amount)).collect();
        let actor = |name: &&str| -> Result<Holder> {
            Ok(Holder { address: Actor::new(name)?.address(), funds: funds.clone() })
        };
        Self::with_holders(base, &ACTORS.iter().map(actor).collect::<Result<Vec<_>>>()?)
    }

    /// Adds accounts to `base`: the first has the number [`Genesis::first_number`], and so on.
    pub fn with_holders(base: &Value, holders: &[Holder]) -> Result<Self> {
        let mut app_state = base.clone();
        let accounts = list(&mut app_state, "/auth/accounts")?;
        for holder in holders {
            accounts.push(base_account(&holder.address, accounts.len()));
        }
        for (name, permissions) in MODULES {
            let account = module_account(name, permissions, accounts.len())?;
            accounts.push(account);
        }
        let balances = list(&mut app_state, "/bank/balances")?;
        for Holder { address, funds } in holders {
            let coin = |(denom, amount): &(String, u128)| json!({"denom": denom, "amount": amount.to_string()});
            let coins: Vec<Value> = funds.iter().map(coin).collect();
            balances.push(json!({"address": address, "coins": coins}));
        }
        let leave = list(&mut app_state, "/authz/authorization")?;
        for type_url in ORDERS {
            leave.push(json!({
                "granter": account_id(&module_address(GOVERNMENT))?,
                "grantee": Actor::new(DELEGATE)?.address(),
                "authorization": {
                    "@type": "/cosmos.authz.v1beta1.GenericAuthorization",
                    "msg": type_url,
                },
                "expiration": null,
            }));
        }
        // Computed from the balances.
        list(&mut app_state, "/bank/supply")?.clear();
        Ok(Self { app_state })
    }

    /// Number of the first account that [`Genesis::with_holders`] adds to `base`.
    pub fn first_number(base: &Value) -> Result<u64> {
        let accounts = base.pointer("/auth/accounts").and_then(Value::as_array);
        Ok(accounts.context("no accounts")?.len() as u64)
    }

    /// The state in wasmd's form.
    pub fn for_wasmd(&self) -> Result<Vec<u8>> {
        Ok(serde_json::to_vec(&self.app_state)?)
    }

    /// The sections that stoad has; accounts of modules that it lacks are plain accounts.
    pub fn for_stoad(&self) -> Result<Vec<u8>> {
        let mut auth = self.app_state.get("auth").context("no auth section")?.clone();
        for account in list(&mut auth, "/accounts")? {
            let is_foreign = account.get("name").is_some_and(|name| name != FEE_COLLECTOR);
            if is_foreign {
                let mut base = account.get_mut("base_account").map(Value::take).unwrap_or_default();
                base["@type"] = json!("/cosmos.auth.v1beta1.BaseAccount");
                *account = base;
            }
        }
        let bank = self.app_state.get("bank").context("no bank section")?;
        let authz = self.app_state.get("authz").context("no authz section")?;
        Ok(serde_json::to_vec(&json!({"auth": auth, "authz": authz, "bank": bank}))?)
    }
}

fn list<'a>(state: &'a mut Value, pointer: &str) -> Result<&'a mut Vec<Value>> {
    let place = state.pointer_mut(pointer).and_then(Value::as_array_mut);
    place.with_context(|| format!("no list at {pointer}"))
}

fn base_account(address: &str, number: usize) -> Value {
    json!({
        "@type": "/cosmos.auth.v1beta1.BaseAccount",
        "address": address,
        "pub_key": null,
        "account_number": number.to_string(),
        "sequence": "0",
    })
}

fn module_address(name: &str) -> Vec<u8> {
    let hash = Sha256::digest(name.as_bytes());
    hash.get(..MODULE_ADDRESS_BYTES).unwrap_or_default().to_vec()
}

fn module_account(name: &str, permissions: &[&str], number: usize) -> Result<Value> {
    let address = account_id(&module_address(name))?;
    let mut base = base_account(&address, number);
    if let Some(fields) = base.as_object_mut() {
        fields.remove("@type");
    }
    Ok(json!({
        "@type": "/cosmos.auth.v1beta1.ModuleAccount",
        "base_account": base,
        "name": name,
        "permissions": permissions,
    }))
}
