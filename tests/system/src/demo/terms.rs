//! The story's own arithmetic, done apart from the contracts so that the ledger can contradict them.

use stoa_primitives::BasisPoints;

/// Price of one completion in `ustoa`; odd on purpose, so that every division leaves a rest.
pub const PRICE: u128 = 10_000_007;
/// The provider's bond in `ustoa`.
pub const BOND: u128 = 50_000_000;
/// Part of every order's price, after the fee, that belongs to the model and its ancestors.
pub const MODEL_ROYALTY_BASIS_POINTS: u16 = 2_000;
/// Part of the model's income that belongs to each dataset it was trained on.
pub const DATASET_ROYALTY_BASIS_POINTS: u16 = 250;
/// Protocol fee before the vote.
pub const FIRST_FEE_BASIS_POINTS: u16 = 200;
/// Protocol fee after the vote.
pub const SECOND_FEE_BASIS_POINTS: u16 = 100;

/// How one order's price is divided, in `ustoa`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Split {
    /// To the treasury.
    pub fee: u128,
    /// To the model's lineage.
    pub royalty: u128,
    /// To the provider.
    pub provider: u128,
}

/// Divides a price.
pub fn split(price: u128, fee: BasisPoints, royalty: BasisPoints) -> Split {
    let fee = price * u128::from(fee.get()) / 10_000;
    let royalty = (price - fee) * u128::from(royalty.get()) / 10_000;
    Split { fee, royalty, provider: price - fee - royalty }
}

/// How the lineage's income is divided, in `ustoa`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineageSplit {
    /// To the owner of all datasets together.
    pub datasets: u128,
    /// To the owner of the model.
    pub model: u128,
}

/// Divides what a model received among `datasets` parents of equal share and itself.
pub fn lineage(received: u128, datasets: u128, share: BasisPoints) -> LineageSplit {
    let each = received * u128::from(share.get()) / 10_000;
    LineageSplit { datasets: each * datasets, model: received - each * datasets }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_split_keeps_every_unit() {
        let fee = BasisPoints::new(FIRST_FEE_BASIS_POINTS).unwrap();
        let royalty = BasisPoints::new(MODEL_ROYALTY_BASIS_POINTS).unwrap();
        let Split { fee, royalty, provider } = split(PRICE, fee, royalty);
        assert_eq!((fee, royalty, provider), (200_000, 1_960_001, 7_840_006));
        assert_eq!(fee + royalty + provider, PRICE);
    }
}
