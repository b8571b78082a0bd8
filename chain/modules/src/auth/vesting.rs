//! Money that an account has but may not spend yet (`x/auth/vesting/types`).

use cosmos_sdk_proto::{
    Any,
    cosmos::{
        auth::v1beta1::BaseAccount,
        base::v1beta1::Coin as ProtoCoin,
        vesting::v1beta1::{
            BaseVestingAccount, ContinuousVestingAccount, DelayedVestingAccount,
            Period as ProtoPeriod, PeriodicVestingAccount, PermanentLockedAccount,
        },
    },
};
use cosmwasm_std::Uint256;
use prost::{Message as _, Name};

use crate::{
    bank::{Coin, Coins},
    core::Time,
    core::is_of_type,
};

/// One, in the SDK's decimals of 18 digits.
const ONE: u64 = 1_000_000_000_000_000_000;

/// What an account got to vest, and when it does. Times are in seconds since the Unix epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vesting {
    /// What vests in all.
    pub original: Coins,
    /// When all of it has vested; zero for never.
    pub end_seconds: i64,
    /// How it does.
    pub schedule: Schedule,
}

/// How money vests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Schedule {
    /// Evenly from a moment on.
    Continuous {
        /// The moment.
        start_seconds: i64,
    },
    /// At once, at the end.
    Delayed,
    /// In steps from a moment on.
    Periodic {
        /// The moment.
        start_seconds: i64,
        /// The steps.
        periods: Vec<Period>,
    },
    /// Never.
    Permanent,
}

/// A step of a periodic schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    /// How long after the step before.
    pub length_seconds: i64,
    /// What vests then.
    pub amount: Coins,
}

impl Vesting {
    /// Whether the schedule makes sense: in order, and vesting what it says in all.
    pub fn is_valid(&self) -> bool {
        if self.original.is_empty() || self.end_seconds < 0 {
            return false;
        }
        match &self.schedule {
            Schedule::Delayed | Schedule::Permanent => true,
            Schedule::Continuous { start_seconds } => *start_seconds < self.end_seconds,
            Schedule::Periodic { start_seconds, periods } => {
                let end = periods.iter().try_fold(*start_seconds, |end, period| {
                    end.checked_add(period.length_seconds).filter(|_| period.length_seconds >= 0)
                });
                let mut amounts = periods.iter().flat_map(|period| &period.amount);
                let sum = amounts.try_fold(Coins::default(), Coins::checked_add);
                end == Some(self.end_seconds)
                    && *start_seconds < self.end_seconds
                    && sum.as_ref() == Ok(&self.original)
            }
        }
    }

    /// What may not be spent at `now`.
    pub fn locked(&self, now: Time) -> Coins {
        let vested = self.vested(now.unix_timestamp());
        self.original.checked_sub(&vested).unwrap_or_default()
    }

    fn vested(&self, now: i64) -> Coins {
        let nothing = Coins::default;
        match &self.schedule {
            Schedule::Permanent => nothing(),
            Schedule::Delayed if now >= self.end_seconds => self.original.clone(),
            Schedule::Delayed => nothing(),
            Schedule::Continuous { start_seconds } | Schedule::Periodic { start_seconds, .. }
                if now <= *start_seconds =>
            {
                nothing()
            }
            _ if now >= self.end_seconds => self.original.clone(),
            Schedule::Continuous { start_seconds } => self.vested_evenly(now, *start_seconds),
            Schedule::Periodic { start_seconds, periods } => {
                let (mut passed, mut vested) = (*start_seconds, nothing());
                for period in periods {
                    passed = passed.saturating_add(period.length_seconds);
                    if now < passed {
                        break;
                    }
                    for coin in &period.amount {
                        vested = vested.clone().checked_add(coin).unwrap_or(vested);
                    }
                }
                vested
            }
        }
    }

    /// The passed part of the time in the SDK's decimals, times each amount, both rounded half to even.
    fn vested_evenly(&self, now: i64, start: i64) -> Coins {
        let seconds = |to: i64| u64::try_from(to.saturating_sub(start)).unwrap_or_default();
        let (passed, all) = (seconds(now), seconds(self.end_seconds).max(1));
        let one = Uint256::from(ONE);
        // Below 2^64 times 2^120.
        let scaled = Uint256::from(passed) * one * one / Uint256::from(all);
        let part = half_even(scaled, one);
        let mut vested = Coins::default();
        for coin in &self.original {
            // Below 2^128 times 2^60.
            let amount = half_even(Uint256::from(coin.amount()) * part, one);
            let amount: u128 = amount.to_string().parse().unwrap_or(coin.amount());
            let share = Coin::new(coin.denom(), amount.min(coin.amount()));
            if let Ok(share) = share {
                vested = vested.clone().checked_add(&share).unwrap_or(vested);
            }
        }
        vested
    }

    /// The account of `base` as `x/auth` stores and answers it.
    pub(super) fn to_any(&self, base: BaseAccount) -> Any {
        let base_vesting_account = Some(BaseVestingAccount {
            base_account: Some(base),
            original_vesting: self.original.to_proto(),
            end_time: self.end_seconds,
            ..BaseVestingAccount::default()
        });
        match &self.schedule {
            Schedule::Continuous { start_seconds } => {
                let start_time = *start_seconds;
                pack(&ContinuousVestingAccount { base_vesting_account, start_time })
            }
            Schedule::Delayed => pack(&DelayedVestingAccount { base_vesting_account }),
            Schedule::Periodic { start_seconds, periods } => {
                let period = |period: &Period| ProtoPeriod {
                    length: period.length_seconds,
                    amount: period.amount.to_proto(),
                };
                let vesting_periods = periods.iter().map(period).collect();
                let start_time = *start_seconds;
                pack(&PeriodicVestingAccount { base_vesting_account, start_time, vesting_periods })
            }
            Schedule::Permanent => pack(&PermanentLockedAccount { base_vesting_account }),
        }
    }

    /// The parts of a vesting account; nothing for other accounts and for broken ones.
    pub(super) fn from_any(any: &Any) -> Option<(BaseAccount, Self)> {
        let bytes = any.value.as_slice();
        let (base, schedule) = match any.type_url.as_str() {
            url if is_of_type::<ContinuousVestingAccount>(url) => {
                let account = ContinuousVestingAccount::decode(bytes).ok()?;
                let start_seconds = account.start_time;
                (account.base_vesting_account, Schedule::Continuous { start_seconds })
            }
            url if is_of_type::<DelayedVestingAccount>(url) => {
                let account = DelayedVestingAccount::decode(bytes).ok()?;
                (account.base_vesting_account, Schedule::Delayed)
            }
            url if is_of_type::<PeriodicVestingAccount>(url) => {
                let account = PeriodicVestingAccount::decode(bytes).ok()?;
                let periods = account.vesting_periods.iter().map(|period| {
                    let amount = coins(&period.amount)?;
                    Some(Period { length_seconds: period.length, amount })
                });
                let periods = periods.collect::<Option<_>>()?;
                let start_seconds = account.start_time;
                (account.base_vesting_account, Schedule::Periodic { start_seconds, periods })
            }
            url if is_of_type::<PermanentLockedAccount>(url) => {
                let account = PermanentLockedAccount::decode(bytes).ok()?;
                (account.base_vesting_account, Schedule::Permanent)
            }
            _ => return None,
        };
        let base = base?;
        let original = coins(&base.original_vesting)?;
        Some((base.base_account?, Self { original, end_seconds: base.end_time, schedule }))
    }
}

/// `value / unit`, rounded half to even.
fn half_even(value: Uint256, unit: Uint256) -> Uint256 {
    let (quotient, rest) = (value / unit, value % unit);
    let twice = rest + rest;
    let two = Uint256::from(2u64);
    let is_up = twice > unit || (twice == unit && quotient % two == Uint256::one());
    if is_up { quotient + Uint256::one() } else { quotient }
}

fn coins(list: &[ProtoCoin]) -> Option<Coins> {
    Coins::from_proto(list).ok()
}

fn pack<M: Name>(account: &M) -> Any {
    Any { type_url: M::type_url(), value: account.encode_to_vec() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locked(vesting: &Vesting, now: i64) -> String {
        vesting.locked(Time::from_unix_timestamp(now, 999).unwrap()).to_string()
    }

    fn vesting(original: &str, end_seconds: i64, schedule: Schedule) -> Vesting {
        Vesting { original: original.parse().unwrap(), end_seconds, schedule }
    }

    #[test]
    fn money_vests_evenly_and_is_rounded_as_the_sdk_rounds_it() {
        let evenly = vesting("1000ustoa", 400, Schedule::Continuous { start_seconds: 100 });
        let at = |now| locked(&evenly, now);
        assert_eq!((at(0), at(100)), ("1000ustoa".to_owned(), "1000ustoa".to_owned()));
        // A third of 1000 is 333 vested, two thirds are 667.
        assert_eq!((at(200), at(300)), ("667ustoa".to_owned(), "333ustoa".to_owned()));
        assert_eq!(
            (at(399), at(400), at(500)),
            ("3ustoa".to_owned(), String::new(), String::new())
        );
        // Halves go to the even number.
        let one = vesting("1ustoa", 102, Schedule::Continuous { start_seconds: 100 });
        assert_eq!(locked(&one, 101), "1ustoa");
        let three = vesting("3ustoa", 102, Schedule::Continuous { start_seconds: 100 });
        assert_eq!(locked(&three, 101), "1ustoa");
    }

    #[test]
    fn the_largest_amounts_and_times_do_not_overflow() {
        let most = format!("{}ustoa", u128::MAX);
        let start_seconds = i64::MIN;
        let evenly = vesting(&most, i64::MAX, Schedule::Continuous { start_seconds });
        let _ = locked(&evenly, 1_700_000_000);
        let short = vesting(&most, 2, Schedule::Continuous { start_seconds: 0 });
        assert_eq!(locked(&short, 1), format!("{}ustoa", u128::MAX / 2));
    }

    #[test]
    fn money_vests_in_steps_at_the_end_or_never() {
        let period = |length_seconds, amount: &str| Period {
            length_seconds,
            amount: amount.parse().unwrap(),
        };
        let periods = vec![period(10, "1abc,5ustoa"), period(20, "5ustoa")];
        let steps =
            vesting("1abc,10ustoa", 130, Schedule::Periodic { start_seconds: 100, periods });
        assert!(steps.is_valid());
        let at = |now| locked(&steps, now);
        assert_eq!((at(109).as_str(), at(110).as_str()), ("1abc,10ustoa", "5ustoa"));
        assert_eq!((at(129).as_str(), at(130).as_str()), ("5ustoa", ""));
        let delayed = vesting("7ustoa", 130, Schedule::Delayed);
        assert_eq!(
            (locked(&delayed, 129).as_str(), locked(&delayed, 130).as_str()),
            ("7ustoa", "")
        );
        assert_eq!(
            locked(&vesting("7ustoa", 0, Schedule::Permanent), i64::from(u32::MAX)),
            "7ustoa"
        );
    }

    #[test]
    fn schedules_that_do_not_add_up_are_invalid() {
        let period = |length_seconds, amount: &str| Period {
            length_seconds,
            amount: amount.parse().unwrap(),
        };
        let steps = |original, end, periods| {
            vesting(original, end, Schedule::Periodic { start_seconds: 100, periods }).is_valid()
        };
        assert!(steps("5ustoa", 110, vec![period(10, "5ustoa")]));
        assert!(!steps("6ustoa", 110, vec![period(10, "5ustoa")]));
        assert!(!steps("5ustoa", 111, vec![period(10, "5ustoa")]));
        assert!(!steps("5ustoa", 100, vec![period(0, "5ustoa")]));
        assert!(!steps("5ustoa", 100, vec![period(i64::MAX, "5ustoa"), period(1, "")]));
        let continuous = |end| vesting("5ustoa", end, Schedule::Continuous { start_seconds: 100 });
        assert!(continuous(101).is_valid() && !continuous(100).is_valid());
        assert!(!vesting("", 5, Schedule::Delayed).is_valid());
    }
}
