//! Where the state of this module lies; the layout of `x/feegrant`.

use stoa_store::{KeyRange, StoreName};

use crate::{
    auth::AccAddress,
    core::{Time, sortable},
};

/// The sub-store of fee grants.
pub const STORE: StoreName = StoreName("feegrant");

/// Prefix of allowances.
pub(super) const ALLOWANCES: &[u8] = &[0x00];
/// Prefix of the queue of expiries.
const QUEUE: &[u8] = &[0x01];
/// Length of [`sortable`] texts.
const TIME_BYTES: usize = 29;

fn with_length(address: &AccAddress) -> Vec<u8> {
    let bytes = address.as_bytes();
    // An address has at most 255 bytes by construction.
    let length = u8::try_from(bytes.len()).unwrap_or(u8::MAX);
    [&[length], bytes].concat()
}

/// All allowances of `grantee`.
pub(super) fn of_grantee(grantee: &AccAddress) -> Vec<u8> {
    [ALLOWANCES, &with_length(grantee)].concat()
}

/// The allowance that `granter` gave `grantee`.
pub(super) fn allowance(granter: &AccAddress, grantee: &AccAddress) -> Vec<u8> {
    [of_grantee(grantee), with_length(granter)].concat()
}

/// The place of that allowance in the queue.
pub(super) fn expiry(expiration: Time, granter: &AccAddress, grantee: &AccAddress) -> Vec<u8> {
    expiry_of(expiration, &[with_length(grantee), with_length(granter)].concat())
}

/// The same for the two as an allowance's key has them behind its prefix.
pub(super) fn expiry_of(expiration: Time, pair: &[u8]) -> Vec<u8> {
    [QUEUE, sortable(expiration).as_bytes(), pair].concat()
}

/// The places of what expired before `now`.
pub(super) fn expired(now: Time) -> KeyRange {
    let end = [QUEUE, sortable(now).as_bytes(), &[0]].concat();
    KeyRange { start: QUEUE.to_vec(), end: Some(end) }
}

/// The allowance's key of a place in the queue.
pub(super) fn of_expiry(place: &[u8]) -> Option<Vec<u8>> {
    Some([ALLOWANCES, place.get(QUEUE.len() + TIME_BYTES..)?].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_those_of_the_sdk() {
        let (granter, grantee) =
            (AccAddress::new([1; 20]).unwrap(), AccAddress::new([2; 32]).unwrap());
        let key = allowance(&granter, &grantee);
        assert_eq!(key, [&[0u8, 32][..], &[2; 32], &[20], &[1; 20]].concat());
        let time = Time::from_unix_timestamp(1_700_000_000, 5).unwrap();
        let place = expiry(time, &granter, &grantee);
        assert!(place.starts_with(b"\x012023-11-14T22:13:20.000000005\x20"));
        assert_eq!(of_expiry(&place).unwrap(), key);
        assert_eq!(of_expiry(&[1]), None);
    }

    #[test]
    fn what_expires_now_is_not_removed_yet() {
        let (granter, grantee) =
            (AccAddress::new([1; 20]).unwrap(), AccAddress::new([2; 20]).unwrap());
        let time = |nanos| Time::from_unix_timestamp(1_700_000_000, nanos).unwrap();
        assert!(expired(time(6)).contains(&expiry(time(5), &granter, &grantee)));
        assert!(!expired(time(5)).contains(&expiry(time(5), &granter, &grantee)));
    }
}
