//! One run through the list.

use stoa_store::{Entry, KeyRange, Order, StoreName};

use super::{Broken, Invariant};
use crate::core::{Context, ModuleError};

/// What a run found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Everything holds.
    Held,
    /// What was looked at holds; there were more records than one run may read.
    Unfinished {
        /// Where it stopped.
        name: &'static str,
    },
    /// Something does not hold: the node must halt.
    Broken {
        /// Which.
        name: &'static str,
        /// What contradicts it.
        detail: String,
    },
}

/// Counts what a run reads.
#[derive(Debug)]
pub struct Run {
    left: usize,
    is_cut: bool,
}

impl Run {
    /// A run that may read `limit` records.
    pub const fn new(limit: usize) -> Self {
        Self { left: limit, is_cut: false }
    }

    /// Counts `records` that were read.
    pub fn count(&mut self, records: usize) {
        self.is_cut |= records > self.left;
        self.left = self.left.saturating_sub(records);
    }

    /// Shows every record of `range` to `look`, until it finds something or too many were read. A check whose
    /// run [is cut](Self::is_cut) has not seen everything and must not conclude from what is missing.
    pub fn each(
        &mut self,
        ctx: &Context,
        (store, range): (StoreName, KeyRange),
        mut look: impl FnMut(Entry) -> Result<Option<Broken>, ModuleError>,
    ) -> Result<Option<Broken>, ModuleError> {
        let mut walk = ctx.walk(store, range, Order::Ascending)?;
        while let Some(entry) = ctx.step(&mut walk)? {
            self.count(1);
            if self.is_cut {
                return Ok(None);
            }
            if let Some(broken) = look(entry)? {
                return Ok(Some(broken));
            }
        }
        Ok(None)
    }

    /// Whether more was there than the run may read.
    pub const fn is_cut(&self) -> bool {
        self.is_cut
    }
}

/// Looks at `invariants` in their order and reads at most `limit` records. A record that cannot be read
/// breaks the invariant that needs it.
pub fn run<'a>(
    ctx: &Context,
    invariants: impl IntoIterator<Item = &'a Invariant>,
    limit: usize,
) -> Result<Outcome, ModuleError> {
    let mut run = Run::new(limit);
    for invariant in invariants {
        let name = invariant.name;
        let found = match (invariant.check)(ctx, &mut run) {
            Err(ModuleError::Store(error)) => return Err(error.into()),
            Err(error) => Some(Broken(error.to_string())),
            Ok(found) => found,
        };
        if let Some(Broken(detail)) = found {
            return Ok(Outcome::Broken { name, detail });
        }
        if run.is_cut() {
            return Ok(Outcome::Unfinished { name });
        }
    }
    Ok(Outcome::Held)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{invariants::STORE, testing::context};

    const NO_TWOS: Invariant = Invariant {
        name: "test/no-twos",
        check: |ctx, run| {
            run.each(ctx, (STORE, KeyRange::prefix(&[9])), |(_, value)| {
                Ok((value == [2]).then(|| Broken("a two".to_owned())))
            })
        },
    };

    #[test]
    fn what_contradicts_is_found_within_the_limit_and_never_beyond_it() {
        let ctx = context();
        for place in 0..10u8 {
            ctx.set(STORE, &[9, place], vec![1]).unwrap();
        }
        assert_eq!(run(&ctx, &[NO_TWOS], 10).unwrap(), Outcome::Held);
        ctx.set(STORE, &[9, 7], vec![2]).unwrap();
        let found = run(&ctx, &[NO_TWOS], 10).unwrap();
        assert!(matches!(found, Outcome::Broken { name: "test/no-twos", .. }), "{found:?}");
        let cut = run(&ctx, &[NO_TWOS], 5).unwrap();
        assert_eq!(cut, Outcome::Unfinished { name: "test/no-twos" });
    }

    #[test]
    fn a_record_that_cannot_be_read_breaks_its_invariant() {
        let refused = Invariant {
            name: "test/refused",
            check: |_, _| {
                Err(ModuleError::Refused { codespace: "sdk", code: 35, message: "bad".to_owned() })
            },
        };
        let found = run(&context(), &[refused], 1).unwrap();
        assert_eq!(found, Outcome::Broken { name: "test/refused", detail: "bad".to_owned() });
    }
}
