//! Where the state of this module lies.

use stoa_store::StoreName;

/// The sub-store of the authority.
pub const STORE: StoreName = StoreName("authority");

/// The bytes of the authority's address; absent for the default.
pub(super) const ADDRESS: &[u8] = &[0x00];
