//! The decision.

use stoa_marketplace_types::{JobResponse, JobStatus};
use stoa_primitives::Height;

use super::{Entry, Execution, Outcome, SkipReason};

/// The operator's choices that decisions depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Blocks that must be left before the deadline for an execution to begin, at least 1.
    pub min_blocks_to_deliver: u64,
}

/// One thing to do about a job.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Fetch the input, hand it to the runner, check the answer, write it to the journal.
    Execute,
    /// Store the output and send the receipt to the chain.
    Deliver(Box<Execution>),
    /// Divide the price.
    Settle,
    /// Write to the journal that nothing more will be done.
    GiveUp(SkipReason),
    /// Remove the job from the journal.
    Forget,
}

/// Decides about one job at `height`, a height that the chain has certainly reached when `job` was read.
///
/// A transaction sent now is in block `height + 1` at the earliest.
pub fn plan(
    entry: Option<&Entry>,
    job: &JobResponse,
    height: Height,
    policy: Policy,
) -> Vec<Effect> {
    let known = entry.filter(|entry| entry.is_about(job));
    match &job.status {
        JobStatus::Ordered {} => open_order(known, job.deadline_height, height, policy),
        // One block later than the contract allows, so that the simulation in the last committed
        // block's context succeeds too.
        JobStatus::Delivered { settleable_height, .. } if height >= *settleable_height => {
            vec![Effect::Settle]
        }
        JobStatus::Delivered { .. } => Vec::new(),
        JobStatus::Settled { .. } | JobStatus::Refunded {} => {
            entry.map(|_| Effect::Forget).into_iter().collect()
        }
    }
}

fn open_order(
    known: Option<&Entry>,
    deadline_height: Height,
    height: Height,
    policy: Policy,
) -> Vec<Effect> {
    let fits = |blocks: u64| height.saturating_add(blocks) <= deadline_height;
    match known.map(|entry| &entry.outcome) {
        Some(Outcome::Skipped(_)) => Vec::new(),
        Some(Outcome::Executed(execution)) if fits(1) => vec![Effect::Deliver(execution.clone())],
        None if fits(policy.min_blocks_to_deliver.max(1)) => vec![Effect::Execute],
        Some(Outcome::Executed(_)) | None => vec![Effect::GiveUp(SkipReason::Expired)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{delivered, execution, job, settled};

    const POLICY: Policy = Policy { min_blocks_to_deliver: 2 };

    fn executed(job: &JobResponse) -> Entry {
        Entry::new(job, Outcome::Executed(Box::new(execution(job))))
    }

    #[test]
    fn a_new_order_is_executed_while_two_blocks_are_left() {
        let job = job(1, 10, 20);
        assert_eq!(plan(None, &job, 10, POLICY), vec![Effect::Execute]);
        assert_eq!(plan(None, &job, 18, POLICY), vec![Effect::Execute]);
        assert_eq!(plan(None, &job, 19, POLICY), vec![Effect::GiveUp(SkipReason::Expired)]);
        assert_eq!(plan(None, &job, 21, POLICY), vec![Effect::GiveUp(SkipReason::Expired)]);
    }

    #[test]
    fn a_policy_of_no_blocks_still_leaves_the_one_that_holds_the_delivery() {
        let policy = Policy { min_blocks_to_deliver: 0 };
        let job = job(1, 10, 20);
        assert_eq!(plan(None, &job, 19, policy), vec![Effect::Execute]);
        assert_eq!(plan(None, &job, 20, policy), vec![Effect::GiveUp(SkipReason::Expired)]);
    }

    #[test]
    fn a_result_in_the_journal_is_delivered_and_never_computed_again() {
        let job = job(1, 10, 20);
        let entry = executed(&job);
        for height in 10..20 {
            let effects = plan(Some(&entry), &job, height, POLICY);
            assert_eq!(effects, vec![Effect::Deliver(Box::new(execution(&job)))]);
        }
        let late = plan(Some(&entry), &job, 20, POLICY);
        assert_eq!(late, vec![Effect::GiveUp(SkipReason::Expired)]);
    }

    #[test]
    fn a_skipped_job_is_left_alone() {
        let job = job(1, 10, 20);
        let entry = Entry::new(&job, Outcome::Skipped(SkipReason::InputMissing));
        assert_eq!(plan(Some(&entry), &job, 11, POLICY), vec![]);
    }

    #[test]
    fn a_delivered_job_is_settled_when_its_window_is_over_with_or_without_an_entry() {
        let job = delivered(1, 10, 20, 30);
        let entry = executed(&job);
        for entry in [None, Some(&entry)] {
            assert_eq!(plan(entry, &job, 29, POLICY), vec![]);
            assert_eq!(plan(entry, &job, 30, POLICY), vec![Effect::Settle]);
        }
    }

    #[test]
    fn an_ended_job_is_forgotten_once() {
        let job = settled(1, 10, 20);
        let entry = executed(&job);
        assert_eq!(plan(Some(&entry), &job, 40, POLICY), vec![Effect::Forget]);
        assert_eq!(plan(None, &job, 40, POLICY), vec![]);
    }

    #[test]
    fn an_entry_of_another_order_with_the_same_number_does_not_count() {
        let before_reset = executed(&job(1, 3, 20));
        let job = job(1, 10, 20);
        assert_eq!(plan(Some(&before_reset), &job, 11, POLICY), vec![Effect::Execute]);
    }

    #[test]
    fn only_an_open_order_is_ever_executed_or_delivered() {
        let open = job(1, 10, 20);
        let entry = executed(&open);
        for ended in [delivered(1, 10, 20, 30), settled(1, 10, 20)] {
            for entry in [None, Some(&entry)] {
                for height in 0..40 {
                    let effects = plan(entry, &ended, height, POLICY);
                    let is_wrong =
                        |effect: &Effect| matches!(effect, Effect::Execute | Effect::Deliver(_));
                    assert!(!effects.iter().any(is_wrong), "{height}: {effects:?}");
                }
            }
        }
    }
}
