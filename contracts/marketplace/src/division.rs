//! How the price of a job is divided, without storage.

use cosmwasm_std::Uint128;
use stoa_primitives::BasisPoints;

/// The parts of a price; they always sum to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Division {
    /// To the treasury.
    pub fee: Uint128,
    /// To the model's lineage.
    pub royalty: Uint128,
    /// To the provider.
    pub provider_income: Uint128,
}

/// What was agreed when the order was made.
#[derive(Debug, Clone, Copy)]
pub struct Proportions {
    /// Of the price.
    pub protocol_fee: BasisPoints,
    /// Of what the fee leaves.
    pub royalty: BasisPoints,
}

/// Both proportions round down; the provider gets the rest.
pub fn divide(price: Uint128, proportions: Proportions) -> Division {
    let price = price.u128();
    let fee = proportions.protocol_fee.of(price);
    let after_fee = price.saturating_sub(fee); // fee ≤ price
    let royalty = proportions.royalty.of(after_fee);
    Division {
        fee: Uint128::new(fee),
        royalty: Uint128::new(royalty),
        provider_income: Uint128::new(after_fee.saturating_sub(royalty)), // royalty ≤ after_fee
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_unit_is_never_split_away_from_the_provider() {
        let proportions = Proportions {
            protocol_fee: BasisPoints::new(2_000).unwrap(),
            royalty: BasisPoints::new(9_999).unwrap(),
        };
        let division = divide(Uint128::one(), proportions);
        assert_eq!(division.provider_income, Uint128::one());
    }

    proptest! {
        #[test]
        fn the_parts_sum_to_the_price(price: u128, fee in 0u16..=10_000, royalty in 0u16..=10_000) {
            let proportions = Proportions {
                protocol_fee: BasisPoints::new(fee).unwrap(),
                royalty: BasisPoints::new(royalty).unwrap(),
            };
            let division = divide(Uint128::new(price), proportions);
            let sum = division.fee + division.royalty + division.provider_income;
            prop_assert_eq!(sum, Uint128::new(price));
        }
    }
}
