//! Reading an account of a wallet, as nearly all are, from what is stored.
//!
//! A transfer reads its sender's account eight times. The general reading makes seven texts and lists each
//! time and throws them away; this one makes none. Whatever is not of this very form is left to the other.

use cosmos_sdk_proto::cosmos::{auth::v1beta1::BaseAccount, crypto::secp256k1::PubKey};
use prost::encoding::{WireType, decode_key, decode_varint};

use super::{AccAddress, Account, PublicKey};
use crate::core::is_of_type;

/// A field on the wire.
enum Value<'a> {
    Number(u64),
    Content(&'a [u8]),
}

/// The account under `address` if it is plain: no module's, nothing locked, and a secp256k1 key or none.
pub(super) fn plain(address: &AccAddress, bytes: &[u8]) -> Option<Account> {
    let (type_url, value) = any(bytes)?;
    if !is_of_type::<BaseAccount>(type_url) {
        return None;
    }
    let mut account = Account::new(address.clone(), 0);
    let mut fields = Fields::of(value);
    while let Some(field) = fields.next()? {
        match field {
            // Its text was written with it. The general reading refuses what is no text.
            (1, Value::Content(text)) => drop(std::str::from_utf8(text).ok()?),
            (2, Value::Content(key)) => account.key = Some(wallet_key(key)?),
            (3, Value::Number(number)) => account.number = number,
            (4, Value::Number(sequence)) => account.sequence = sequence,
            _ => return None,
        }
    }
    Some(account)
}

fn wallet_key(bytes: &[u8]) -> Option<PublicKey> {
    let (type_url, value) = any(bytes)?;
    let mut fields = Fields::of(value);
    match (fields.next()?, fields.next()?) {
        (Some((1, Value::Content(key))), None) if is_of_type::<PubKey>(type_url) => {
            PublicKey::from_compressed(key).ok()
        }
        _ => None,
    }
}

/// Type and value of an `Any` that has both.
fn any(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let mut fields = Fields::of(bytes);
    match (fields.next()?, fields.next()?, fields.next()?) {
        (Some((1, Value::Content(type_url))), Some((2, Value::Content(value))), None) => {
            Some((std::str::from_utf8(type_url).ok()?, value))
        }
        _ => None,
    }
}

/// The fields of a message in the order of their numbers, each at most once.
struct Fields<'a> {
    rest: &'a [u8],
    last: u32,
}

impl<'a> Fields<'a> {
    const fn of(rest: &'a [u8]) -> Self {
        Self { rest, last: 0 }
    }

    /// The next; `None` inside at the end, outside for any other form.
    fn next(&mut self) -> Option<Option<(u32, Value<'a>)>> {
        if self.rest.is_empty() {
            return Some(None);
        }
        let (number, wire_type) = decode_key(&mut self.rest).ok()?;
        if number <= self.last {
            return None;
        }
        self.last = number;
        let value = decode_varint(&mut self.rest).ok()?;
        match wire_type {
            WireType::Varint => Some(Some((number, Value::Number(value)))),
            WireType::LengthDelimited => {
                let (content, rest) = self.rest.split_at_checked(usize::try_from(value).ok()?)?;
                self.rest = rest;
                Some(Some((number, Value::Content(content))))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use prost::Message as _;

    use super::*;

    fn account(number: u64, sequence: u64, has_key: bool) -> Account {
        let key = [&[2][..], &[7; 32]].concat();
        let key = has_key.then(|| PublicKey::from_compressed(&key).unwrap());
        let address = AccAddress::new([3; 20]).unwrap();
        Account { key, sequence, ..Account::new(address, number) }
    }

    #[test]
    fn accounts_of_wallets_are_read_here() {
        for (number, sequence, has_key) in
            [(0, 0, false), (7, 0, false), (0, 9, true), (300, 70_000, true)]
        {
            let expected = account(number, sequence, has_key);
            let stored = expected.to_any().encode_to_vec();
            assert_eq!(plain(&expected.address, &stored), Some(expected));
        }
    }

    #[test]
    fn accounts_of_modules_are_left_to_the_general_reading() {
        let module = Account {
            module: Some(crate::auth::FEE_COLLECTOR),
            ..Account::new(AccAddress::new([3; 20]).unwrap(), 1)
        };
        assert_eq!(plain(&module.address, &module.to_any().encode_to_vec()), None);
    }

    proptest! {
        /// Whatever is read here, the general reading reads alike.
        #[test]
        fn both_readings_agree(
            number: u64, sequence: u64, has_key: bool, place: prop::sample::Index, value: u8,
            cut: prop::sample::Index, cuts: bool,
        ) {
            let account = account(number, sequence, has_key);
            let mut stored = account.to_any().encode_to_vec();
            let place = place.index(stored.len());
            stored[place] = value;
            if cuts {
                stored.truncate(cut.index(stored.len()));
            }
            if let Some(read) = plain(&account.address, &stored) {
                prop_assert_eq!(Account::decode(&account.address, &stored), Some(read));
            }
        }
    }
}
