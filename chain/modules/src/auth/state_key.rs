//! Where the state of this module lies; the layout of `x/auth`.

use stoa_store::{KeyRange, StoreName};

use super::AccAddress;

/// The sub-store of accounts.
pub const STORE: StoreName = StoreName("acc");

/// Encoded parameters.
pub(super) const PARAMS: &[u8] = &[0x00];
/// Prefix of accounts.
const ACCOUNT: u8 = 0x01;
/// The number that the next account gets, big endian.
pub(super) const NEXT_NUMBER: &[u8] = &[0x02];

/// The account of `address`.
pub(super) fn account(address: &AccAddress) -> Vec<u8> {
    [&[ACCOUNT], address.as_bytes()].concat()
}

/// Prefix of the addresses of accounts by number.
const NUMBER: &[u8] = b"accountNumber";

/// The address of the account with a number.
pub(super) fn by_number(number: u64) -> Vec<u8> {
    [NUMBER, &number.to_be_bytes()].concat()
}

/// All accounts, in order of their addresses.
pub(super) fn accounts() -> KeyRange {
    KeyRange::prefix(&[ACCOUNT])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_do_not_meet_other_records() {
        let address = AccAddress::new([7; 20]).unwrap();
        assert_eq!(account(&address), [vec![1], vec![7; 20]].concat());
        assert!(accounts().contains(&account(&address)));
        assert!(!accounts().contains(PARAMS));
        assert!(!accounts().contains(NEXT_NUMBER));
        assert!(!accounts().contains(&by_number(1)));
        assert_eq!(by_number(258), b"accountNumber\0\0\0\0\0\0\x01\x02");
    }
}
