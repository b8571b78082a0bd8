//! `grpc-timeout`: how long a client waits. tonic bounds the time to a response's first byte by it; streams end here.

use std::time::{Duration, Instant};

use futures::{Stream, StreamExt, stream};
use tonic::{Status, metadata::MetadataMap};

use super::status;
use crate::RunnerError;

/// Most digits of a timeout (gRPC over HTTP/2).
const MAX_DIGITS: usize = 8;

/// When the caller does not want the answer any more, if it says so.
pub fn of(metadata: &MetadataMap) -> Option<Instant> {
    let patience = parse(metadata.get("grpc-timeout")?.to_str().ok()?)?;
    Instant::now().checked_add(patience)
}

/// `stream` up to the deadline; what comes then is that it has passed.
pub fn until<T: Send + 'static>(
    stream: impl Stream<Item = Result<T, Status>> + Send + 'static,
    deadline: Option<Instant>,
) -> impl Stream<Item = Result<T, Status>> + Send {
    let end = async move {
        match deadline {
            Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
            None => std::future::pending().await,
        }
    };
    stream::unfold(Some((stream.boxed(), Box::pin(end))), |state| async move {
        let (mut stream, mut end) = state?;
        tokio::select! {
            biased;
            item = stream.next() => Some((item?, Some((stream, end)))),
            () = &mut end => Some((Err(status(&RunnerError::DeadlineExceeded)), None)),
        }
    })
}

fn parse(timeout: &str) -> Option<Duration> {
    let (digits, unit) = timeout.split_at_checked(timeout.len().checked_sub(1)?)?;
    if digits.len() > MAX_DIGITS || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let value: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(value * 3_600)),
        "M" => Some(Duration::from_secs(value * 60)),
        "S" => Some(Duration::from_secs(value)),
        "m" => Some(Duration::from_millis(value)),
        "u" => Some(Duration::from_micros(value)),
        "n" => Some(Duration::from_nanos(value)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_are_read_as_the_protocol_writes_them() {
        assert_eq!(parse("250m"), Some(Duration::from_millis(250)));
        assert_eq!(parse("2M"), Some(Duration::from_secs(120)));
        assert_eq!(parse("99999999H"), Some(Duration::from_secs(99_999_999 * 3_600)));
        for wrong in ["", "S", "5", "-1S", "+1S", "1.5S", "123456789S", "3é"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
