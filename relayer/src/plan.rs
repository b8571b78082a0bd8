//! What to do about one job: pure, from what the journal remembers and what the chain says.
//!
//! Purpose: every decision of the relayer, testable without a chain, a runner or a clock.
//! Place: below the service, which carries the effects out.
//! Invariants: a job whose order is not open is never executed or delivered; a result that is in the
//! journal is never computed again; nothing is executed that cannot be delivered in time.

mod check;
mod decide;
mod entry;

pub use check::{ReceiptFault, check_execution};
pub use decide::{Effect, Policy, plan};
pub use entry::{Entry, Execution, Outcome, SkipReason};
