//! Amounts as people write them: `10ustoa`, `1.5STOA`.

use std::str::FromStr;

use stoa_client::{Coin, Uint128};
use stoa_primitives::{BASE_DENOM, DENOM_DECIMALS, DISPLAY_DENOM};

use crate::error::CliError;

/// Base units in one display unit.
const UNITS_PER_DISPLAY: u128 = 10u128.pow(DENOM_DECIMALS);

/// One coin given on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Amount(pub Coin);

impl FromStr for Amount {
    type Err = CliError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = |reason| CliError::Amount { text: text.to_owned(), reason };
        let split = text
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .ok_or_else(|| refused("it names no denomination"))?;
        let (number, denom) = text.split_at(split);
        let denom = denom.trim();
        let is_display = denom.eq_ignore_ascii_case(DISPLAY_DENOM);
        let decimals = if is_display { DENOM_DECIMALS } else { 0 };
        let amount = parse_fixed_point(number, decimals).map_err(refused)?;
        let denom = if is_display { BASE_DENOM } else { denom };
        Ok(Self(Coin { denom: denom.to_owned(), amount: Uint128::new(amount) }))
    }
}

/// `number × 10^decimals`, refusing digits that would be lost.
pub(crate) fn parse_fixed_point(number: &str, decimals: u32) -> Result<u128, &'static str> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() || (number.contains('.') && fraction.is_empty()) {
        return Err("it is not a number");
    }
    if fraction.len() > decimals as usize {
        return Err("it has more decimal places than the unit can hold");
    }
    let digits = format!("{whole}{fraction:0<width$}", width = decimals as usize);
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("it is not a number");
    }
    digits.parse().map_err(|_| "it is too large")
}

/// `1.500000 STOA`.
pub(crate) fn show_stoa(amount: Uint128) -> String {
    let (whole, rest) = (amount.u128() / UNITS_PER_DISPLAY, amount.u128() % UNITS_PER_DISPLAY);
    format!("{whole}.{rest:0width$} {DISPLAY_DENOM}", width = DENOM_DECIMALS as usize)
}

/// The base denomination as [`show_stoa`], others as they are.
pub(crate) fn show_coin(coin: &Coin) -> String {
    if coin.denom == BASE_DENOM { show_stoa(coin.amount) } else { coin.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> (u128, String) {
        let Amount(coin) = text.parse().unwrap();
        (coin.amount.u128(), coin.denom)
    }

    #[test]
    fn base_and_display_units_are_understood() {
        assert_eq!(parsed("10ustoa"), (10, "ustoa".to_owned()));
        assert_eq!(parsed("1.5STOA"), (1_500_000, "ustoa".to_owned()));
        assert_eq!(parsed("1.5 stoa"), (1_500_000, "ustoa".to_owned()));
        assert_eq!(parsed("0.000001STOA"), (1, "ustoa".to_owned()));
        assert_eq!(parsed("7ibc/AB12"), (7, "ibc/AB12".to_owned()));
    }

    #[test]
    fn lost_digits_missing_units_and_overflow_are_refused() {
        for text in [
            "",
            "10",
            "ustoa",
            "1.5ustoa",
            "0.0000001STOA",
            "1.STOA",
            ".5STOA",
            "1..5STOA",
            "-1ustoa",
        ] {
            assert!(text.parse::<Amount>().is_err(), "{text}");
        }
        assert!(format!("{}STOA", u128::MAX).parse::<Amount>().is_err());
    }

    #[test]
    fn amounts_are_shown_with_six_decimals() {
        assert_eq!(show_stoa(Uint128::new(1_500_000)), "1.500000 STOA");
        assert_eq!(show_stoa(Uint128::new(1)), "0.000001 STOA");
        assert_eq!(show_coin(&Coin::new(7u128, "other")), "7other");
    }
}
