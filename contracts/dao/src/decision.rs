//! When a proposal is won or lost, without storage.

use stoa_dao_types::{ProposalStatus, Tally};
use stoa_primitives::{BasisPoints, FULL_BASIS_POINTS, Height};

use crate::state::{Config, Proposal};

/// The status at `height`.
///
/// During the vote a proposal is passed as soon as no vote that could still come changes that: the quorum
/// is reached, and yes wins even if all the missing weight votes no.
pub fn status_at(proposal: &Proposal, config: &Config, height: Height) -> ProposalStatus {
    if proposal.is_executed {
        return ProposalStatus::Executed;
    }
    let is_over = height > proposal.ends_height;
    let missing =
        if is_over { 0 } else { proposal.total_weight.saturating_sub(cast(&proposal.tally)) };
    let worst = Tally { no: proposal.tally.no.saturating_add(missing), ..proposal.tally };
    let has_quorum = has_quorum(&proposal.tally, proposal.total_weight, config.quorum);
    match (has_quorum && has_majority(&worst, config.threshold), is_over) {
        (true, _) => ProposalStatus::Passed,
        (false, true) => ProposalStatus::Rejected,
        (false, false) => ProposalStatus::Open,
    }
}

/// All weight that voted; at most the total weight, so the sum fits.
fn cast(tally: &Tally) -> u64 {
    tally.yes.saturating_add(tally.no).saturating_add(tally.abstain)
}

fn has_quorum(tally: &Tally, total_weight: u64, quorum: BasisPoints) -> bool {
    scaled(cast(tally), FULL_BASIS_POINTS) >= scaled(total_weight, quorum.get())
}

fn has_majority(tally: &Tally, threshold: BasisPoints) -> bool {
    scaled(tally.yes, FULL_BASIS_POINTS)
        > scaled(tally.yes.saturating_add(tally.no), threshold.get())
}

/// Products in 128 bits, so that comparing proportions never rounds.
fn scaled(weight: u64, factor: u16) -> u128 {
    u128::from(weight) * u128::from(factor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use cosmwasm_std::Addr;
    use proptest::prelude::*;

    const ENDS: Height = 100;

    fn config(quorum: u16, threshold: u16) -> Config {
        Config {
            quorum: BasisPoints::new(quorum).unwrap(),
            threshold: BasisPoints::new(threshold).unwrap(),
            voting_period_blocks: 10,
        }
    }

    fn proposal(total_weight: u64, tally: Tally) -> Proposal {
        Proposal {
            title: "t".to_owned(),
            description: String::new(),
            messages: Vec::new(),
            proposer: Addr::unchecked("proposer"),
            opened_height: ENDS - 10,
            ends_height: ENDS,
            total_weight,
            tally,
            is_executed: false,
        }
    }

    #[test]
    fn a_tie_is_lost_and_abstentions_count_for_the_quorum_only() {
        let rules = config(5_000, 5_000);
        let tie = proposal(4, Tally { yes: 2, no: 2, abstain: 0 });
        assert_eq!(status_at(&tie, &rules, ENDS + 1), ProposalStatus::Rejected);
        let thin = proposal(4, Tally { yes: 1, no: 0, abstain: 1 });
        assert_eq!(status_at(&thin, &rules, ENDS), ProposalStatus::Open);
        assert_eq!(status_at(&thin, &rules, ENDS + 1), ProposalStatus::Passed);
        let silent = proposal(4, Tally { yes: 0, no: 0, abstain: 4 });
        assert_eq!(status_at(&silent, &rules, ENDS + 1), ProposalStatus::Rejected);
    }

    #[test]
    fn without_any_vote_even_a_quorum_of_zero_is_lost() {
        let nobody = proposal(4, Tally::default());
        assert_eq!(status_at(&nobody, &config(0, 0), ENDS + 1), ProposalStatus::Rejected);
    }

    #[test]
    fn the_largest_weights_do_not_overflow() {
        let all = proposal(u64::MAX, Tally { yes: u64::MAX, no: 0, abstain: 0 });
        assert_eq!(status_at(&all, &config(10_000, 9_999), ENDS), ProposalStatus::Passed);
    }

    proptest! {
        #[test]
        fn an_early_pass_is_never_overturned(
            (yes, no, abstain) in (0u64..50, 0u64..50, 0u64..50),
            (late_yes, late_no, late_abstain) in (0u64..50, 0u64..50, 0u64..50),
            silent in 0u64..50,
            (quorum, threshold) in (0u16..=10_000, 0u16..10_000),
        ) {
            let rules = config(quorum, threshold);
            let total = yes + no + abstain + late_yes + late_no + late_abstain + silent;
            let early = proposal(total, Tally { yes, no, abstain });
            let late = proposal(total, Tally {
                yes: yes + late_yes,
                no: no + late_no,
                abstain: abstain + late_abstain,
            });
            prop_assert_ne!(status_at(&early, &rules, ENDS), ProposalStatus::Rejected);
            if status_at(&early, &rules, ENDS) == ProposalStatus::Passed {
                prop_assert_eq!(status_at(&late, &rules, ENDS + 1), ProposalStatus::Passed);
            }
        }

        #[test]
        fn an_early_pass_is_found_as_soon_as_it_is_certain(
            (yes, no, abstain, missing) in (0u64..20, 0u64..20, 0u64..20, 0u64..20),
            (quorum, threshold) in (0u16..=10_000, 0u16..10_000),
        ) {
            let rules = config(quorum, threshold);
            let total = yes + no + abstain + missing;
            let open = proposal(total, Tally { yes, no, abstain });
            // The two worst futures: all the missing weight votes no, or nobody else votes.
            let all_no = proposal(total, Tally { yes, no: no + missing, abstain });
            let silence = proposal(total, Tally { yes, no, abstain });
            let is_certain = [all_no, silence]
                .iter()
                .all(|end| status_at(end, &rules, ENDS + 1) == ProposalStatus::Passed);
            prop_assert_eq!(status_at(&open, &rules, ENDS) == ProposalStatus::Passed, is_certain);
        }
    }
}
