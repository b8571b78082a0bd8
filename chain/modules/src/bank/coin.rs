//! Amounts of money.

use std::{cmp::Ordering, fmt, str::FromStr};

use cosmos_sdk_proto::cosmos::base::v1beta1::Coin as ProtoCoin;

use super::BankError;

/// Shortest and longest denomination in bytes (Cosmos SDK `types/coin.go`).
const DENOM_BYTES: std::ops::RangeInclusive<usize> = 3..=128;
/// 2^256 - 1.
const LARGEST_INTEGER: &str =
    "115792089237316195423570985008687907853269984665640564039457584007913129639935";
/// Most coins in one list: bounds the work of one message.
pub const MAX_COINS: usize = 64;

/// An amount of one denomination; may be zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coin {
    denom: String,
    amount: u128,
}

impl Coin {
    /// An amount of `denom`; refuses names that the Cosmos SDK refuses.
    pub fn new(denom: impl Into<String>, amount: u128) -> Result<Self, BankError> {
        let denom = denom.into();
        check_denom(&denom)?;
        Ok(Self { denom, amount })
    }

    /// The denomination.
    pub fn denom(&self) -> &str {
        &self.denom
    }

    /// The amount in the smallest unit.
    pub const fn amount(&self) -> u128 {
        self.amount
    }

    /// The wire form.
    pub fn to_proto(&self) -> ProtoCoin {
        ProtoCoin { denom: self.denom.clone(), amount: self.amount.to_string() }
    }
}

impl TryFrom<&ProtoCoin> for Coin {
    type Error = BankError;

    fn try_from(coin: &ProtoCoin) -> Result<Self, BankError> {
        Self::new(coin.denom.as_str(), parse_amount(&coin.amount)?)
    }
}

impl fmt::Display for Coin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}{}", self.amount, self.denom)
    }
}

impl FromStr for Coin {
    type Err = BankError;

    fn from_str(text: &str) -> Result<Self, BankError> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (amount, denom) = text.split_at(digits);
        Self::new(denom, parse_amount(amount)?)
    }
}

/// Coins sorted by denomination, each at most once, each positive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coins(Vec<Coin>);

impl Coins {
    /// Checks order, uniqueness and positive amounts; the sender must have sorted already.
    pub fn new(coins: Vec<Coin>) -> Result<Self, BankError> {
        if coins.len() > MAX_COINS {
            return Err(BankError::InvalidCoins { coins: join(&coins) });
        }
        Self::any_number(coins)
    }

    /// The same without a bound on the number: for what the chain itself has written.
    pub(super) fn any_number(coins: Vec<Coin>) -> Result<Self, BankError> {
        let is_sorted = coins.windows(2).all(|pair| match pair {
            [left, right] => left.denom < right.denom,
            _ => true,
        });
        if !is_sorted || coins.iter().any(|coin| coin.amount == 0) {
            return Err(BankError::InvalidCoins { coins: join(&coins) });
        }
        Ok(Self(coins))
    }

    /// The coins of a message, under the rules of [`Self::new`].
    pub fn from_proto(coins: &[ProtoCoin]) -> Result<Self, BankError> {
        let invalid = |_| BankError::InvalidCoins { coins: join_proto(coins) };
        let coins: Result<Vec<Coin>, BankError> = coins.iter().map(Coin::try_from).collect();
        Self::new(coins.map_err(invalid)?)
    }

    /// The wire form.
    pub fn to_proto(&self) -> Vec<ProtoCoin> {
        self.0.iter().map(Coin::to_proto).collect()
    }

    /// The coins in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Coin> {
        self.0.iter()
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How much of `denom` there is.
    pub fn amount_of(&self, denom: &str) -> u128 {
        self.0
            .binary_search_by(|coin| coin.denom.as_str().cmp(denom))
            .ok()
            .and_then(|place| self.0.get(place))
            .map_or(0, Coin::amount)
    }

    /// The sum; refuses overflow.
    pub fn checked_add(mut self, coin: &Coin) -> Result<Self, BankError> {
        match self.0.binary_search_by(|held| held.denom.cmp(&coin.denom)) {
            Ok(place) => {
                if let Some(held) = self.0.get_mut(place) {
                    held.amount = held
                        .amount
                        .checked_add(coin.amount)
                        .ok_or_else(|| BankError::Overflow { denom: coin.denom.clone() })?;
                }
            }
            Err(_) if coin.amount == 0 => {}
            Err(place) => self.0.insert(place, coin.clone()),
        }
        Ok(self)
    }

    /// What is left without `other`; nothing if that is more of any denomination than there is.
    pub fn checked_sub(&self, other: &Self) -> Option<Self> {
        let mut left = self.clone();
        for coin in other {
            let place = left.0.binary_search_by(|held| held.denom.cmp(&coin.denom)).ok()?;
            let held = left.0.get_mut(place)?;
            held.amount = held.amount.checked_sub(coin.amount)?;
        }
        left.0.retain(|coin| coin.amount > 0);
        Some(left)
    }
}

impl<'a> IntoIterator for &'a Coins {
    type Item = &'a Coin;
    type IntoIter = std::slice::Iter<'a, Coin>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl From<Coin> for Coins {
    /// One coin; nothing if its amount is zero.
    fn from(coin: Coin) -> Self {
        Self(if coin.amount == 0 { Vec::new() } else { vec![coin] })
    }
}

impl fmt::Display for Coins {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&join(&self.0))
    }
}

impl FromStr for Coins {
    type Err = BankError;

    /// Reads `10uatom,5ustoa`; nothing for an empty text.
    fn from_str(text: &str) -> Result<Self, BankError> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        Self::new(text.split(',').map(str::parse).collect::<Result<_, _>>()?)
    }
}

/// Refuses names that are not a letter followed by 2 to 127 of `a-z A-Z 0-9 / : . _ -`.
pub fn check_denom(denom: &str) -> Result<(), BankError> {
    let is_allowed =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b':' | b'.' | b'_' | b'-');
    let starts_well = denom.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic());
    if starts_well && DENOM_BYTES.contains(&denom.len()) && denom.bytes().all(is_allowed) {
        Ok(())
    } else {
        Err(BankError::InvalidDenom { denom: denom.chars().take(*DENOM_BYTES.end()).collect() })
    }
}

/// A decimal amount below 2^128, digits only.
pub(super) fn parse_amount(text: &str) -> Result<u128, BankError> {
    let invalid = || BankError::InvalidAmount { amount: text.chars().take(80).collect() };
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(invalid());
    }
    text.parse().map_err(|_| invalid())
}

/// Whether a text is an integer below 2^256, as the SDK's type for amounts holds it; the rest of the SDK
/// takes nothing for zero. What passes may still be no amount.
pub fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text).trim_start_matches('0');
    let is_small = match digits.len().cmp(&LARGEST_INTEGER.len()) {
        Ordering::Less => true,
        Ordering::Equal => digits <= LARGEST_INTEGER,
        Ordering::Greater => false,
    };
    is_small && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn join(coins: &[Coin]) -> String {
    let texts: Vec<String> = coins.iter().take(MAX_COINS).map(Coin::to_string).collect();
    texts.join(",")
}

fn join_proto(coins: &[ProtoCoin]) -> String {
    let amount = |coin: &ProtoCoin| {
        if coin.amount.is_empty() { "0".to_owned() } else { coin.amount.clone() }
    };
    let text = |coin: &ProtoCoin| format!("{}{}", amount(coin), coin.denom);
    let texts: Vec<String> = coins.iter().take(MAX_COINS).map(text).collect();
    texts.join(",").chars().take(1024).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lists_must_be_sorted_unique_and_positive() {
        assert_eq!("5abc,7ustoa".parse::<Coins>().unwrap().to_string(), "5abc,7ustoa");
        for refused in ["7ustoa,5abc", "1abc,1abc", "0abc", "1ab", "1_abc", "abc", "1abc,", "-1abc"]
        {
            assert!(refused.parse::<Coins>().is_err(), "{refused}");
        }
    }

    #[test]
    fn amounts_are_digits_below_two_to_the_128() {
        assert_eq!(parse_amount("340282366920938463463374607431768211455").unwrap(), u128::MAX);
        for refused in ["", "+1", "-1", "1.0", "340282366920938463463374607431768211456", "١"] {
            assert!(parse_amount(refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn integers_reach_two_to_the_256() {
        for readable in ["", "0", "-5", "007", LARGEST_INTEGER] {
            assert!(is_integer(readable), "{readable}");
        }
        let above = format!("{}6", LARGEST_INTEGER.strip_suffix('5').unwrap());
        for unreadable in ["x", "1x", "+1", "1.0", above.as_str(), &"9".repeat(79)] {
            assert!(!is_integer(unreadable), "{unreadable}");
        }
    }

    #[test]
    fn addition_refuses_overflow() {
        let most = Coins::from(Coin::new("ustoa", u128::MAX).unwrap());
        assert!(matches!(
            most.checked_add(&Coin::new("ustoa", 1).unwrap()),
            Err(BankError::Overflow { denom }) if denom == "ustoa"
        ));
    }

    #[test]
    fn subtraction_goes_down_to_nothing_and_no_further() {
        let coins = |text: &str| text.parse::<Coins>().unwrap();
        assert_eq!(coins("5abc,7ustoa").checked_sub(&coins("5abc")).unwrap(), coins("7ustoa"));
        assert_eq!(coins("5abc").checked_sub(&coins("")).unwrap(), coins("5abc"));
        assert_eq!(coins("5abc").checked_sub(&coins("6abc")), None);
        assert_eq!(coins("5abc").checked_sub(&coins("1ustoa")), None);
        assert_eq!(coins("").checked_sub(&coins("1ustoa")), None);
    }

    proptest! {
        #[test]
        fn sums_keep_the_list_valid(parts in proptest::collection::vec(("[a-d]{3}", 0u64..9), 0..20)) {
            let mut coins = Coins::default();
            for (denom, amount) in &parts {
                coins = coins.checked_add(&Coin::new(denom.as_str(), u128::from(*amount)).unwrap()).unwrap();
            }
            prop_assert_eq!(Coins::from_proto(&coins.to_proto()).unwrap(), coins.clone());
            for (denom, _) in &parts {
                let sum: u64 = parts.iter().filter(|(d, _)| d == denom).map(|(_, a)| a).sum();
                prop_assert_eq!(coins.amount_of(denom), u128::from(sum));
            }
        }
    }
}
