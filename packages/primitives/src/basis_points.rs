//! A proportion in hundredths of a percent.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The whole: 10,000 basis points are 100 %.
pub const FULL_BASIS_POINTS: u16 = 10_000;

/// A proportion from 0 to 10,000 (100 %); larger values cannot be built or deserialised.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(try_from = "u16", into = "u16")]
#[schemars(transparent)]
pub struct BasisPoints(#[schemars(range(max = 10_000))] u16);

/// A proportion above 100 %.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{actual} basis points exceed the whole of {FULL_BASIS_POINTS}")]
pub struct BasisPointsError {
    /// The refused value in basis points.
    pub actual: u16,
}

impl BasisPoints {
    /// Checks and wraps a number of basis points.
    pub const fn new(basis_points: u16) -> Result<Self, BasisPointsError> {
        if basis_points > FULL_BASIS_POINTS {
            return Err(BasisPointsError { actual: basis_points });
        }
        Ok(Self(basis_points))
    }

    /// The number of basis points, 0 to 10,000.
    pub const fn get(self) -> u16 {
        self.0
    }

    /// `floor(amount × self / 10,000)`, exact for every `u128`.
    pub const fn of(self, amount: u128) -> u128 {
        let whole = FULL_BASIS_POINTS as u128;
        let share = self.0 as u128;
        // amount = quotient·whole + rest, so neither product can overflow.
        (amount / whole) * share + (amount % whole) * share / whole
    }
}

impl TryFrom<u16> for BasisPoints {
    type Error = BasisPointsError;

    fn try_from(basis_points: u16) -> Result<Self, Self::Error> {
        Self::new(basis_points)
    }
}

impl From<BasisPoints> for u16 {
    fn from(proportion: BasisPoints) -> Self {
        proportion.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn more_than_the_whole_is_refused() {
        assert_eq!(BasisPoints::new(10_001), Err(BasisPointsError { actual: 10_001 }));
        assert!(serde_json::from_str::<BasisPoints>("10001").is_err());
    }

    #[test]
    fn the_whole_of_the_largest_amount_does_not_overflow() {
        assert_eq!(BasisPoints::new(10_000).unwrap().of(u128::MAX), u128::MAX);
    }

    proptest! {
        #[test]
        fn a_share_equals_the_floor_of_the_exact_quotient(amount: u64, share in 0u16..=10_000) {
            let exact = u128::from(amount) * u128::from(share) / 10_000;
            prop_assert_eq!(BasisPoints::new(share).unwrap().of(u128::from(amount)), exact);
        }
    }
}
