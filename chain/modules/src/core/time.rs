//! Moments, as protobuf's `Timestamp` has them: years 1 to 9999, in nanoseconds.

pub use tendermint::Time;

use super::BlockInfo;

/// Nanoseconds of a second.
const NANOS: u64 = 1_000_000_000;

impl BlockInfo {
    /// Block time of consensus.
    pub fn time(&self) -> Time {
        let seconds = i64::try_from(self.time_nanos / NANOS).unwrap_or(i64::MAX);
        let nanos = u32::try_from(self.time_nanos % NANOS).unwrap_or_default();
        // 64 bits of nanoseconds end in the year 2554.
        Time::from_unix_timestamp(seconds, nanos).unwrap_or_else(|_| Time::unix_epoch())
    }
}

/// The text by which stores sort moments: always nine digits behind the point (Cosmos SDK
/// `types/utils.go`, `FormatTimeBytes`).
pub fn sortable(time: Time) -> String {
    let text = time.to_rfc3339();
    let (seconds, fraction) =
        text.trim_end_matches('Z').split_once('.').unwrap_or((text.trim_end_matches('Z'), ""));
    format!("{seconds}.{fraction:0<9}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sortable_texts_have_the_form_of_the_sdk() {
        let text = |seconds, nanos| sortable(Time::from_unix_timestamp(seconds, nanos).unwrap());
        assert_eq!(text(1_700_000_000, 0), "2023-11-14T22:13:20.000000000");
        assert_eq!(text(1_700_000_000, 120_000_000), "2023-11-14T22:13:20.120000000");
        assert_eq!(text(-62_135_596_800, 1), "0001-01-01T00:00:00.000000001");
    }

    #[test]
    fn block_times_are_exact() {
        let block = |time_nanos| BlockInfo { height: 1, time_nanos, chain_id: String::new() };
        assert_eq!(
            block(1_700_000_000_000_000_001).time().unix_timestamp_nanos(),
            1_700_000_000_000_000_001
        );
        assert_eq!(block(u64::MAX).time().unix_timestamp_nanos(), i128::from(u64::MAX));
    }
}
