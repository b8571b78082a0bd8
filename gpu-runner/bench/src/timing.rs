//! Samples of one measurement.

use std::time::Instant;

use serde::Serialize;

/// Median and range of samples.
#[derive(Debug, Clone, Serialize)]
pub struct Samples {
    /// All, in the order in which they were taken.
    pub all: Vec<f64>,
}

impl Samples {
    /// From raw samples, at least one.
    pub fn new(all: Vec<f64>) -> Self {
        Self { all }
    }

    /// The middle one.
    pub fn median(&self) -> f64 {
        self.at(0.5)
    }

    /// The sample below which a share of them lies.
    pub fn at(&self, share: f64) -> f64 {
        let mut sorted = self.all.clone();
        sorted.sort_by(f64::total_cmp);
        let index = ((sorted.len().saturating_sub(1)) as f64 * share).round() as usize;
        sorted.get(index).copied().unwrap_or(f64::NAN)
    }

    /// `median (smallest–largest)`.
    pub fn text(&self, digits: usize) -> String {
        let (low, high) = (self.at(0.0), self.at(1.0));
        format!("{:.digits$} ({low:.digits$}–{high:.digits$})", self.median())
    }

    /// Another unit.
    pub fn map(&self, change: impl Fn(f64) -> f64) -> Self {
        Self::new(self.all.iter().map(|value| change(*value)).collect())
    }
}

/// Seconds of `work`.
pub fn seconds(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}
