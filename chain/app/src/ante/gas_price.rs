//! Least prices of gas, in exact decimals.

use std::{fmt, str::FromStr};

use stoa_modules::bank::{Coin, Coins, check_denom};

/// Digits behind the point (Cosmos SDK `LegacyDec`).
const DECIMALS: usize = 18;
/// Units of a price in one coin.
const ONE: u128 = 1_000_000_000_000_000_000;
/// Offers are compared in this many parts of the least price.
const MILLIONTHS: u128 = 1_000_000;
/// Most denominations in which fees may be paid.
const MAX_PRICES: usize = 16;

/// A text that is no list of prices.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no gas price such as 0.025ustoa")]
pub struct GasPriceError {
    /// The text.
    pub text: String,
}

/// The least prices of one unit of gas, e.g. `0.025ustoa,0.1uatom`: paying any one of them is enough.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MinGasPrices(Vec<GasPrice>);

/// The least price of one unit of gas in one denomination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GasPrice {
    denom: String,
    /// In units of 10^-18.
    atto: u128,
}

impl GasPrice {
    /// The denomination.
    pub fn denom(&self) -> &str {
        &self.denom
    }

    /// The price times `percent` hundredths, as the shortest exact decimal, e.g. `0.025`.
    pub fn times_percent(&self, percent: u128) -> String {
        let atto = self.atto.saturating_mul(percent) / 100;
        let text = format!("{}.{:0DECIMALS$}", atto / ONE, atto % ONE);
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }
}

impl MinGasPrices {
    /// Each denomination's price.
    pub fn iter(&self) -> impl Iterator<Item = &GasPrice> {
        self.0.iter()
    }

    /// What `gas` costs at least in each denomination, rounded up. Prices of zero ask for nothing.
    pub fn required(&self, gas: u64) -> Vec<Coin> {
        let cost = |price: &GasPrice| {
            let amount = u128::from(gas).saturating_mul(price.atto).div_ceil(ONE);
            Coin::new(price.denom.as_str(), amount).ok()
        };
        self.0.iter().filter_map(cost).collect()
    }

    /// What `fee` offers for each unit of `gas`, in millionths of the least price: the best of the
    /// denominations that have a price. Zero where gas is free: then nobody comes before anybody.
    pub fn offered(&self, gas: u64, fee: &Coins) -> u128 {
        let priced = self.0.iter().filter(|price| price.atto > 0);
        let offer = |price: &GasPrice| {
            let atto = fee.amount_of(price.denom()).saturating_mul(ONE) / u128::from(gas.max(1));
            atto.saturating_mul(MILLIONTHS) / price.atto
        };
        priced.map(offer).max().unwrap_or_default()
    }

    /// Whether `fee` pays for `gas`.
    pub fn are_met(&self, gas: u64, fee: &Coins) -> bool {
        let required = self.required(gas);
        required.iter().all(|coin| coin.amount() == 0)
            || required
                .iter()
                .any(|coin| coin.amount() > 0 && fee.amount_of(coin.denom()) >= coin.amount())
    }
}

impl FromStr for MinGasPrices {
    type Err = GasPriceError;

    fn from_str(text: &str) -> Result<Self, GasPriceError> {
        let error = || GasPriceError { text: text.chars().take(200).collect() };
        if text.is_empty() {
            return Ok(Self::default());
        }
        let prices: Option<Vec<GasPrice>> =
            text.split(',').map(|part| price(part.trim())).collect();
        prices.filter(|prices| prices.len() <= MAX_PRICES).map(Self).ok_or_else(error)
    }
}

fn price(text: &str) -> Option<GasPrice> {
    let split = text.find(|character: char| character.is_ascii_alphabetic())?;
    let (number, denom) = text.split_at(split);
    check_denom(denom).ok()?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let are_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !are_digits(whole) || !are_digits(fraction) || fraction.len() > DECIMALS
    {
        return None;
    }
    let atto: u128 = format!("{whole}{fraction:0<DECIMALS$}").parse().ok()?;
    Some(GasPrice { denom: denom.to_owned(), atto })
}

impl fmt::Display for MinGasPrices {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, price) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            let (whole, fraction) = (price.atto / ONE, price.atto % ONE);
            write!(formatter, "{comma}{whole}.{fraction:0DECIMALS$}{}", price.denom)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_exact_and_costs_are_rounded_up() {
        let prices: MinGasPrices = "0.025ustoa".parse().unwrap();
        let cost = |gas| prices.required(gas)[0].amount();
        assert_eq!((cost(200_000), cost(1), cost(0)), (5_000, 1, 0));
        assert_eq!(prices.to_string(), "0.025000000000000000ustoa");
        assert!(prices.are_met(200_000, &"5000ustoa".parse().unwrap()));
        assert!(!prices.are_met(200_000, &"4999ustoa".parse().unwrap()));
        assert!(!prices.are_met(200_000, &"5000other".parse().unwrap()));
    }

    #[test]
    fn one_of_several_denominations_is_enough_and_no_price_asks_for_nothing() {
        let prices: MinGasPrices = "1abc, 2ustoa".parse().unwrap();
        assert!(prices.are_met(5, &"5abc".parse().unwrap()));
        assert!(prices.are_met(5, &"10ustoa".parse().unwrap()));
        for free in ["", "0ustoa", "0.0ustoa"] {
            assert!(free.parse::<MinGasPrices>().unwrap().are_met(5, &Coins::default()), "{free}");
        }
        let highest: MinGasPrices = "300000000000000000000ustoa".parse().unwrap();
        assert!(!highest.are_met(u64::MAX, &"1ustoa".parse().unwrap()));
    }

    #[test]
    fn offers_are_compared_across_denominations_and_never_overflow() {
        let prices: MinGasPrices = "0.5abc,2ustoa".parse().unwrap();
        let offered = |gas, fee: &str| prices.offered(gas, &fee.parse().unwrap());
        assert_eq!(offered(100, "50abc"), MILLIONTHS);
        assert_eq!(offered(100, "300ustoa"), MILLIONTHS * 3 / 2);
        assert_eq!(offered(100, "50abc,300ustoa"), MILLIONTHS * 3 / 2);
        assert_eq!(offered(100, "7other"), 0);
        assert!(offered(0, "340282366920938463463374607431768211455abc") > offered(1, "1ustoa"));
        assert_eq!(MinGasPrices::default().offered(1, &"9abc".parse().unwrap()), 0);
    }

    #[test]
    fn texts_that_are_no_prices_are_refused() {
        for refused in
            ["ustoa", "1", ".5ustoa", "-1ustoa", "1.0.0ustoa", "1us", "0.0000000000000000001ustoa"]
        {
            assert!(refused.parse::<MinGasPrices>().is_err(), "{refused}");
        }
    }
}
