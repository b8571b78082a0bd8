//! Money is neither made nor lost.

use proptest::prelude::*;
use stoa_mock_consensus::{Actor, send};
use stoa_modules::auth::{AccAddress, FEE_COLLECTOR};

use crate::{START, chain};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// Whatever is sent, by whomever, with whatever fee, gas and sequence: balances add up to the supply,
    /// and the supply never changes.
    #[test]
    fn the_supply_is_conserved(
        operations in proptest::collection::vec(
            (0usize..3, 0usize..3, 0u128..2_000_000_000, 0u128..2_000_000_000, 1_000u64..300_000, 0u64..2), 1..20,
        ),
    ) {
        let (mut chain, buyer, provider) = chain();
        let newcomer = Actor::new("newcomer");
        let actors = [buyer, provider, newcomer];
        let fees = AccAddress::of_module(FEE_COLLECTOR.name());
        for (from, to, amount, fee, gas, sequence_offset) in operations {
            let (from, to) = (&actors[from], &actors[to]);
            let (number, sequence) = chain.account(from).unwrap_or_default();
            let tx = stoa_mock_consensus::TxBuilder::new(number, sequence + sequence_offset);
            let tx = tx.message(send(from, &to.address(), amount)).fee(fee).gas(gas).sign(from);
            chain.deliver(tx).unwrap();
            let owned: u128 =
                actors.iter().map(|actor| chain.balance(&actor.address()).unwrap()).sum();
            let total = owned + chain.balance(&fees).unwrap();
            prop_assert_eq!(total, 2 * START);
            prop_assert_eq!(chain.supply().unwrap(), 2 * START);
        }
    }
}

#[test]
fn a_newcomer_who_was_paid_can_pay() {
    let (mut chain, buyer, _) = chain();
    let newcomer = Actor::new("newcomer");
    let tx = chain.tx(&buyer).unwrap().message(send(&buyer, &newcomer.address(), 50_000));
    assert!(chain.deliver(tx.sign(&buyer)).unwrap().is_ok());
    let tx = chain.tx(&newcomer).unwrap().message(send(&newcomer, &buyer.address(), 1_000));
    assert!(chain.deliver(tx.sign(&newcomer)).unwrap().is_ok());
    assert_eq!(chain.balance(&newcomer.address()).unwrap(), 50_000 - 1_000 - 5_000);
}
