//! One account.

use std::sync::OnceLock;

use cosmos_sdk_proto::{
    Any,
    cosmos::auth::v1beta1::{BaseAccount, ModuleAccount},
};
use prost::{Message as _, Name as _};

use super::{AccAddress, AuthError, PublicKey, Vesting, stored};
use crate::core::{ModuleError, is_of_type};

/// The module account that transaction fees go to.
pub const FEE_COLLECTOR: ModuleIdentity =
    ModuleIdentity { name: "fee_collector", permissions: &[] };
/// The module account through which contracts burn money.
pub const WASM: ModuleIdentity = ModuleIdentity { name: "wasm", permissions: &["burner"] };

/// All module accounts; nobody may send money to them by a message.
pub(super) const MODULES: &[ModuleIdentity] = &[FEE_COLLECTOR, WASM];

/// A module that owns an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModuleIdentity {
    name: &'static str,
    /// What it may do with money, as clients see it.
    permissions: &'static [&'static str],
}

impl ModuleIdentity {
    /// Its name.
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// Its address.
    pub fn address(self) -> AccAddress {
        let known = MODULES.iter().zip(addresses()).find(|(module, _)| **module == self);
        known.map_or_else(|| AccAddress::of_module(self.name), |(_, address)| address.clone())
    }

    /// What it may do with money, as clients see it.
    pub(super) const fn permissions(self) -> &'static [&'static str] {
        self.permissions
    }

    pub(super) fn by_name(name: &str) -> Option<Self> {
        MODULES.iter().copied().find(|module| module.name == name)
    }
}

/// The addresses of [`MODULES`], which every transaction asks for.
fn addresses() -> &'static [AccAddress] {
    static ADDRESSES: OnceLock<Vec<AccAddress>> = OnceLock::new();
    ADDRESSES
        .get_or_init(|| MODULES.iter().map(|module| AccAddress::of_module(module.name)).collect())
}

/// Whether the address belongs to a module of the chain.
pub fn is_module_address(address: &AccAddress) -> bool {
    addresses().contains(address)
}

/// An account as the state keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its address.
    pub address: AccAddress,
    /// Its key, once it has signed.
    pub key: Option<PublicKey>,
    /// Its number, unique on this chain.
    pub number: u64,
    /// Transactions it has signed.
    pub sequence: u64,
    /// The module that owns it, if one does.
    pub module: Option<ModuleIdentity>,
    /// What of its money is locked, if any is.
    pub vesting: Option<Vesting>,
}

impl Account {
    /// An account that has never signed.
    pub const fn new(address: AccAddress, number: u64) -> Self {
        Self { address, key: None, number, sequence: 0, module: None, vesting: None }
    }

    /// The wire form, as `x/auth` stores and answers it.
    pub fn to_any(&self) -> Any {
        let base = BaseAccount {
            address: self.address.to_string(),
            pub_key: self.key.as_ref().map(PublicKey::to_any),
            account_number: self.number,
            sequence: self.sequence,
        };
        if let Some(vesting) = &self.vesting {
            return vesting.to_any(base);
        }
        let Some(module) = self.module else {
            return Any { type_url: BaseAccount::type_url(), value: base.encode_to_vec() };
        };
        let account = ModuleAccount {
            base_account: Some(base),
            name: module.name.to_owned(),
            permissions: module.permissions.iter().map(|name| (*name).to_owned()).collect(),
        };
        Any { type_url: ModuleAccount::type_url(), value: account.encode_to_vec() }
    }

    /// Reads what is stored under `address`. The address inside is its text, which was written with it and
    /// is not read again: that would take longer than all the rest.
    pub(super) fn from_stored(address: &AccAddress, bytes: &[u8]) -> Result<Self, ModuleError> {
        stored::plain(address, bytes)
            .or_else(|| Self::decode(address, bytes))
            .ok_or_else(|| ModuleError::from(AuthError::Corrupt { what: "account" }))
    }

    /// Reads an account of any kind.
    pub(super) fn decode(address: &AccAddress, bytes: &[u8]) -> Option<Self> {
        let any = Any::decode(bytes).ok()?;
        let (base, module, vesting) = if is_of_type::<ModuleAccount>(&any.type_url) {
            let account = ModuleAccount::decode(any.value.as_slice()).ok()?;
            (account.base_account?, Some(ModuleIdentity::by_name(&account.name)?), None)
        } else if is_of_type::<BaseAccount>(&any.type_url) {
            (BaseAccount::decode(any.value.as_slice()).ok()?, None, None)
        } else {
            let (base, vesting) = Vesting::from_any(&any)?;
            (base, None, Some(vesting))
        };
        let key = match &base.pub_key {
            Some(any) => Some(PublicKey::from_any(any).ok()?),
            None => None,
        };
        Some(Self {
            address: address.clone(),
            key,
            number: base.account_number,
            sequence: base.sequence,
            module,
            vesting,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::{Period, Schedule};

    #[test]
    fn accounts_read_back_from_their_wire_form() {
        let plain = Account {
            key: None,
            sequence: 9,
            ..Account::new(AccAddress::new([3; 32]).unwrap(), 5)
        };
        let module =
            Account { module: Some(FEE_COLLECTOR), ..Account::new(FEE_COLLECTOR.address(), 6) };
        let vesting = |schedule| Account {
            vesting: Some(Vesting {
                original: "1abc,7ustoa".parse().unwrap(),
                end_seconds: 9,
                schedule,
            }),
            ..plain.clone()
        };
        let periods = vec![Period { length_seconds: 4, amount: "7ustoa".parse().unwrap() }];
        let accounts = [
            plain.clone(),
            module,
            Account { module: Some(WASM), ..Account::new(WASM.address(), 7) },
            vesting(Schedule::Continuous { start_seconds: 3 }),
            vesting(Schedule::Delayed),
            vesting(Schedule::Periodic { start_seconds: 5, periods }),
            vesting(Schedule::Permanent),
        ];
        for account in accounts {
            let stored = account.to_any().encode_to_vec();
            assert_eq!(Account::from_stored(&account.address, &stored).unwrap(), account);
        }
    }

    #[test]
    fn broken_bytes_are_named_and_do_not_panic() {
        let address = AccAddress::new([3; 20]).unwrap();
        assert!(Account::from_stored(&address, b"\xff").is_err());
        assert!(Account::from_stored(&address, b"").is_err());
    }

    #[test]
    fn the_fee_collector_is_a_module_address() {
        assert!(is_module_address(&FEE_COLLECTOR.address()));
        assert!(!is_module_address(&AccAddress::new([1; 20]).unwrap()));
    }
}
