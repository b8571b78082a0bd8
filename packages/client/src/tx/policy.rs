//! The bounds of sending.

use std::time::Duration;

/// How a client prices, awaits and repeats transactions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TxPolicy {
    /// Simulated gas is multiplied by this many hundredths: state may change before inclusion.
    pub gas_adjustment_percent: u64,
    /// Gas limit above which nothing is sent, whatever simulation says.
    pub max_gas: u64,
    /// How long inclusion in a block is awaited.
    pub inclusion_timeout: Duration,
    /// Pause between two looks for the transaction.
    pub inclusion_poll: Duration,
    /// How often a transaction is signed anew after an account sequence mismatch.
    pub max_sequence_retries: usize,
    /// Pause before signing anew: the conflicting transaction needs a block.
    pub sequence_retry_delay: Duration,
}

impl Default for TxPolicy {
    fn default() -> Self {
        Self {
            gas_adjustment_percent: 150,
            max_gas: 500_000_000,
            inclusion_timeout: Duration::from_secs(60),
            inclusion_poll: Duration::from_millis(200),
            max_sequence_retries: 5,
            sequence_retry_delay: Duration::from_millis(800),
        }
    }
}

impl TxPolicy {
    /// Gas limit for a transaction that used `simulated` gas, at most [`Self::max_gas`].
    pub fn gas_limit(&self, simulated: u64) -> u64 {
        let adjusted = u128::from(simulated) * u128::from(self.gas_adjustment_percent) / 100;
        u64::try_from(adjusted).unwrap_or(u64::MAX).min(self.max_gas)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gas_limit_is_half_above_the_simulation_and_bounded() {
        let policy = TxPolicy::default();
        assert_eq!(policy.gas_limit(100_000), 150_000);
        assert_eq!(policy.gas_limit(u64::MAX), policy.max_gas);
    }
}
