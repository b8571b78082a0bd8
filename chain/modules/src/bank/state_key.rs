//! Where the state of this module lies; the layout of `x/bank`.

use stoa_store::StoreName;

use crate::auth::AccAddress;

/// The sub-store of money.
pub const STORE: StoreName = StoreName("bank");

/// Prefix of supplies: denomination to decimal amount.
pub(super) const SUPPLIES: &[u8] = &[0x00];
/// Prefix of descriptions: denomination to encoded metadata.
pub(super) const METADATA: &[u8] = &[0x01];
/// Prefix of balances.
pub(super) const BALANCES: &[u8] = &[BALANCE];
const BALANCE: u8 = 0x02;
/// Prefix of the owners of a denomination.
const OWNER: u8 = 0x03;
/// Prefix of whether a denomination may be sent: denomination to an encoded `BoolValue`.
pub(super) const SEND_ENABLEDS: &[u8] = &[SEND_ENABLED];
const SEND_ENABLED: u8 = 0x04;
/// Parameters.
pub(super) const PARAMS: &[u8] = &[0x05];

/// The supply of `denom`.
pub(super) fn supply(denom: &str) -> Vec<u8> {
    [SUPPLIES, denom.as_bytes()].concat()
}

/// The description of `denom`.
pub(super) fn metadata(denom: &str) -> Vec<u8> {
    [METADATA, denom.as_bytes()].concat()
}

/// All balances of `owner`: the length keeps an address from being the prefix of another.
pub(super) fn balances(owner: &AccAddress) -> Vec<u8> {
    let bytes = owner.as_bytes();
    // An address has at most 255 bytes by construction.
    let length = u8::try_from(bytes.len()).unwrap_or(u8::MAX);
    [&[BALANCE, length], bytes].concat()
}

/// The balance of `owner` in `denom`.
pub(super) fn balance(owner: &AccAddress, denom: &str) -> Vec<u8> {
    [balances(owner).as_slice(), denom.as_bytes()].concat()
}

/// Prefix of the marks that somebody has some of `denom`.
pub(super) fn owners(denom: &str) -> Vec<u8> {
    [&[OWNER], denom.as_bytes(), &[0]].concat()
}

/// Whose mark a key without the prefix [`owners`] is.
pub(super) fn owner_of(key: &[u8]) -> Option<AccAddress> {
    let (length, owner) = key.split_first()?;
    (owner.len() == usize::from(*length)).then(|| AccAddress::new(owner).ok())?
}

/// The mark that `owner` has some of `denom`.
pub(super) fn owner(owner: &AccAddress, denom: &str) -> Vec<u8> {
    let bytes = owner.as_bytes();
    let length = u8::try_from(bytes.len()).unwrap_or(u8::MAX);
    [owners(denom).as_slice(), &[length], bytes].concat()
}

/// Whether transfers of `denom` are allowed, if it is set.
pub(super) fn send_enabled(denom: &str) -> Vec<u8> {
    [&[SEND_ENABLED], denom.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_those_of_the_sdk() {
        let owner = AccAddress::new([7; 20]).unwrap();
        assert_eq!(supply("ustoa"), b"\x00ustoa");
        assert_eq!(metadata("ustoa"), b"\x01ustoa");
        assert_eq!(balance(&owner, "ustoa"), [&[2u8, 20][..], &[7; 20], b"ustoa"].concat());
        let by_denom = super::owner(&owner, "ustoa");
        assert_eq!(by_denom, [&b"\x03ustoa\0\x14"[..], &[7; 20]].concat());
        assert_eq!(send_enabled("ustoa"), b"\x04ustoa");
    }

    #[test]
    fn marks_of_owners_tell_whose_they_are() {
        let holder = AccAddress::new([7; 20]).unwrap();
        let key = owner(&holder, "ustoa");
        assert_eq!(owner_of(&key[owners("ustoa").len()..]).unwrap(), holder);
        assert_eq!(owner_of(&[5, 1]), None);
    }

    #[test]
    fn no_address_holds_the_balances_of_a_longer_one() {
        let short = AccAddress::new([7; 20]).unwrap();
        let long = AccAddress::new([7; 32]).unwrap();
        assert!(!balance(&long, "ustoa").starts_with(&balances(&short)));
    }
}
