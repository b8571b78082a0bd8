//! Figures of one measurement, and of many.

use std::time::Duration;

use serde::Serialize;

/// One block, or one offer of its transactions to the mempool.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Sample {
    /// Transactions.
    pub txs: usize,
    /// `FinalizeBlock`, or all of `CheckTx`.
    pub first_millis: f64,
    /// `Commit`.
    pub commit_millis: f64,
    /// Processor time, user and system, what runs behind the answer included.
    pub cpu_millis: u64,
}

/// One start of a process.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Start {
    /// From the call of the program to its answer to `Info`.
    pub elapsed_millis: f64,
    /// Whether the process was killed before.
    pub is_power_cut: bool,
}

impl Sample {
    /// Of a block.
    pub fn of_block(txs: usize, finalize: Duration, commit: Duration, cpu_millis: u64) -> Self {
        Self { txs, first_millis: millis(finalize), commit_millis: millis(commit), cpu_millis }
    }

    /// Of an offer to the mempool.
    pub fn of_check(txs: usize, elapsed: Duration, cpu_millis: u64) -> Self {
        Self { txs, first_millis: millis(elapsed), commit_millis: 0.0, cpu_millis }
    }

    /// Wall time.
    pub fn total_millis(&self) -> f64 {
        self.first_millis + self.commit_millis
    }
}

/// Median and spread.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Spread {
    /// Smallest.
    pub min: f64,
    /// Middle.
    pub median: f64,
    /// Largest.
    pub max: f64,
}

impl Spread {
    /// Of some figures; zeros of none.
    pub fn of(figures: impl IntoIterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = figures.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        Self {
            min: quantile(&sorted, 0.0),
            median: quantile(&sorted, 0.5),
            max: quantile(&sorted, 1.0),
        }
    }
}

/// The figure below which this part of the sorted figures lies.
pub fn quantile(sorted: &[f64], part: f64) -> f64 {
    let last = sorted.len().saturating_sub(1) as f64;
    let (below, above) = ((last * part).floor(), (last * part).ceil());
    let at = |place: f64| sorted.get(place as usize).copied().unwrap_or_default();
    at(below) + (at(above) - at(below)) * (last * part - below)
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_lies_between_the_middle_two() {
        let spread = Spread::of([4.0, 1.0, 3.0, 2.0]);
        assert_eq!((spread.min, spread.median, spread.max), (1.0, 2.5, 4.0));
        assert_eq!(Spread::of([]).median, 0.0);
        assert_eq!(quantile(&[1.0, 2.0, 3.0], 0.99), 2.98);
    }
}
