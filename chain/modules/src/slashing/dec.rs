//! Decimals between zero and one with 18 digits (the SDK's `LegacyDec`), as protobuf holds them.

/// Units in one.
pub(super) const ONE: u64 = 1_000_000_000_000_000_000;

/// Reads the digits of `bytes` as units of 10^-18; nothing above one.
pub(super) fn read(bytes: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(bytes).ok()?;
    let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|units| is_plain && *units <= ONE)
}

/// The digits of so many units.
pub(super) fn write(units: u64) -> Vec<u8> {
    units.to_string().into_bytes()
}

/// The part of `whole` that is `units`, rounded to the nearest integer and halves to the even one.
pub(super) fn part_of(whole: u64, units: u64) -> u64 {
    let product = u128::from(whole) * u128::from(units);
    let (one, half) = (u128::from(ONE), u128::from(ONE / 2));
    let (quotient, rest) = (product / one, product % one);
    let is_up = rest > half || (rest == half && quotient % 2 == 1);
    u64::try_from(quotient + u128::from(is_up)).unwrap_or(u64::MAX)
}

/// As genesis files write it: `0.500000000000000000`.
pub(super) fn to_text(units: u64) -> String {
    format!("{}.{:018}", units / ONE, units % ONE)
}

/// Reads what [`to_text`] writes, with any number of digits up to 18.
pub(super) fn from_text(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || fraction.len() > 18 || !is_plain(whole) || !is_plain(fraction) {
        return None;
    }
    read(format!("{whole}{fraction:0<18}").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact_and_round_as_the_sdk() {
        assert_eq!(from_text("0.5"), Some(ONE / 2));
        assert_eq!(to_text(ONE / 2), "0.500000000000000000");
        assert_eq!(read(&write(ONE)), Some(ONE));
        assert_eq!((part_of(5, ONE / 2), part_of(7, ONE / 2), part_of(100, ONE / 20)), (2, 4, 5));
        for refused in ["", ".5", "1.1", "-0.1", "0.5x", "0.0000000000000000001"] {
            assert_eq!(from_text(refused), None, "{refused}");
        }
        assert_eq!(read(b"+1"), None);
    }
}
