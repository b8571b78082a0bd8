//! Where the state of this module lies; the layout of `x/authz`.

use stoa_store::{KeyRange, StoreName};

use crate::{
    auth::AccAddress,
    core::{Time, sortable},
};

/// The sub-store of authorizations.
pub const STORE: StoreName = StoreName("authz");

/// Prefix of grants.
pub(super) const GRANTS: &[u8] = &[0x01];
/// Prefix of the queue of expiries.
const QUEUE: &[u8] = &[0x02];
/// Length of [`sortable`] texts.
const TIME_BYTES: usize = 29;

/// Who grants, to whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Whose rights they are.
    pub granter: AccAddress,
    /// Who may use them.
    pub grantee: AccAddress,
}

impl Pair {
    fn bytes(&self) -> Vec<u8> {
        [with_length(&self.granter), with_length(&self.grantee)].concat()
    }
}

fn with_length(address: &AccAddress) -> Vec<u8> {
    let bytes = address.as_bytes();
    // An address has at most 255 bytes by construction.
    let length = u8::try_from(bytes.len()).unwrap_or(u8::MAX);
    [&[length], bytes].concat()
}

/// All grants of `granter`.
pub(super) fn of_granter(granter: &AccAddress) -> Vec<u8> {
    [GRANTS, &with_length(granter)].concat()
}

/// All grants between the two.
pub(super) fn of_pair(pair: &Pair) -> Vec<u8> {
    [GRANTS, &pair.bytes()].concat()
}

/// The grant for one type of message.
pub(super) fn grant(pair: &Pair, type_url: &str) -> Vec<u8> {
    [of_pair(pair).as_slice(), type_url.as_bytes()].concat()
}

/// The types of message whose grants between the two expire then.
pub(super) fn expiry(expiration: Time, pair: &Pair) -> Vec<u8> {
    [QUEUE, sortable(expiration).as_bytes(), &pair.bytes()].concat()
}

/// The places of what expired before `now`.
pub(super) fn expired(now: Time) -> KeyRange {
    let end = [QUEUE, sortable(now).as_bytes(), &[0]].concat();
    KeyRange { start: QUEUE.to_vec(), end: Some(end) }
}

/// The two of a place in the queue.
pub(super) fn pair_of_expiry(place: &[u8]) -> Option<Pair> {
    pair(place.get(QUEUE.len() + TIME_BYTES..)?)
}

/// The two at the beginning of a grant's key without its prefix.
pub(super) fn pair(key: &[u8]) -> Option<Pair> {
    let (granter, rest) = address(key)?;
    let (grantee, _) = address(rest)?;
    Some(Pair { granter, grantee })
}

/// The address at the beginning of `key`, and what follows.
pub(super) fn address(key: &[u8]) -> Option<(AccAddress, &[u8])> {
    let (length, rest) = key.split_first()?;
    let (bytes, rest) = rest.split_at_checked(usize::from(*length))?;
    Some((AccAddress::new(bytes).ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn someone() -> Pair {
        let address = |byte, length| AccAddress::new(vec![byte; length]).unwrap();
        Pair { granter: address(1, 20), grantee: address(2, 32) }
    }

    #[test]
    fn keys_are_those_of_the_sdk_and_read_back() {
        let key = grant(&someone(), "/a.B");
        assert_eq!(key, [&[1u8, 20][..], &[1; 20], &[32], &[2; 32], b"/a.B"].concat());
        assert_eq!(pair(&key[1..]).unwrap(), someone());
        let place = expiry(Time::from_unix_timestamp(1_700_000_000, 5).unwrap(), &someone());
        assert!(place.starts_with(b"\x022023-11-14T22:13:20.000000005\x14"));
        assert_eq!(pair_of_expiry(&place).unwrap(), someone());
    }

    #[test]
    fn broken_keys_are_none() {
        for key in [&[][..], &[0], &[5, 1], &[1, 1], &[1, 1, 2, 0]] {
            assert_eq!(pair(key), None);
        }
        assert_eq!(pair_of_expiry(&[2, 3]), None);
    }
}
