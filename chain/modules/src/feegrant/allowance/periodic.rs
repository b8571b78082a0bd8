//! A sum each period.

use std::time::Duration;

use cosmos_sdk_proto::{
    cosmos::feegrant::v1beta1::PeriodicAllowance,
    tendermint::google::protobuf::Duration as ProtoDuration,
};

use super::{Basic, Left, NotAccepted, coins};
use crate::{bank::Coins, core::Time, feegrant::FeegrantError};

/// Longest period: what Go's nanoseconds hold.
const MAX_PERIOD_NANOS: u128 = i64::MAX as u128;
/// The moment that stands for none in Go: the first of January of the year 1.
const YEAR_ONE_SECONDS: i64 = -62_135_596_800;

/// Pays up to a sum each period, within a [`Basic`] allowance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Periodic {
    /// The limit of all periods together.
    pub basic: Basic,
    /// How long a period is.
    pub period: Duration,
    /// What may be spent each period.
    pub period_spend_limit: Coins,
    /// What is left of this period.
    pub period_can_spend: Coins,
    /// When the next period begins.
    pub period_reset: Time,
}

impl Periodic {
    pub(super) fn from_proto(proto: &PeriodicAllowance) -> Result<Self, FeegrantError> {
        let reason = "period reset is out of range";
        let invalid = |_| FeegrantError::InvalidDuration { reason };
        let period_reset = match proto.period_reset {
            Some(time) => Time::try_from(time),
            None => Time::from_unix_timestamp(YEAR_ONE_SECONDS, 0),
        };
        Ok(Self {
            basic: Basic::from_proto(&proto.basic.clone().unwrap_or_default())?,
            period: period(proto.period.as_ref())?,
            period_spend_limit: coins(&proto.period_spend_limit, "spend")?,
            period_can_spend: coins(&proto.period_can_spend, "can spend")?,
            period_reset: period_reset.map_err(invalid)?,
        })
    }

    pub(super) fn to_proto(&self) -> PeriodicAllowance {
        let period = ProtoDuration {
            seconds: i64::try_from(self.period.as_secs()).unwrap_or(i64::MAX),
            nanos: i32::try_from(self.period.subsec_nanos()).unwrap_or(i32::MAX),
        };
        PeriodicAllowance {
            basic: Some(self.basic.to_proto()),
            period: Some(period),
            period_spend_limit: self.period_spend_limit.to_proto(),
            period_can_spend: self.period_can_spend.to_proto(),
            period_reset: Some(self.period_reset.into()),
        }
    }

    pub(super) fn check(&self) -> Result<(), FeegrantError> {
        self.basic.check()?;
        if self.period_spend_limit.is_empty() {
            let reason = "spend limit must be positive".to_owned();
            return Err(FeegrantError::InvalidCoins { reason });
        }
        let Some(total) = &self.basic.spend_limit else { return Ok(()) };
        if self.period_spend_limit.iter().all(|coin| total.amount_of(coin.denom()) > 0) {
            return Ok(());
        }
        let reason = "period spend limit has different currency than basic spend limit".to_owned();
        Err(FeegrantError::InvalidCoins { reason })
    }

    pub(super) fn accept(&mut self, now: Time, fee: &Coins) -> Result<Left, NotAccepted> {
        self.basic.check_time(now, "absolute limit")?;
        self.begin_period(now)?;
        let which = "period limit";
        let left = self.period_can_spend.checked_sub(fee);
        self.period_can_spend = left.ok_or(FeegrantError::LimitExceeded { which })?;
        self.basic.spend(fee, "absolute limit")
    }

    /// Fills up once the period is over. Periods follow one another without gaps, unless a whole one
    /// passed unused: then the next ends one period from now.
    fn begin_period(&mut self, now: Time) -> Result<(), FeegrantError> {
        if now < self.period_reset {
            return Ok(());
        }
        self.period_can_spend = match &self.basic.spend_limit {
            Some(total) if total.checked_sub(&self.period_spend_limit).is_none() => total.clone(),
            _ => self.period_spend_limit.clone(),
        };
        let reason = "the next period is out of range";
        let after = |time: Time| {
            time.checked_add(self.period).ok_or(FeegrantError::InvalidDuration { reason })
        };
        let next = after(self.period_reset)?;
        self.period_reset = if now > next { after(now)? } else { next };
        Ok(())
    }
}

fn period(proto: Option<&ProtoDuration>) -> Result<Duration, FeegrantError> {
    let Some(proto) = proto else { return Ok(Duration::ZERO) };
    let negative = |_| FeegrantError::InvalidDuration { reason: "negative clock step" };
    let seconds = u64::try_from(proto.seconds).map_err(negative)?;
    let nanos = u32::try_from(proto.nanos).map_err(negative)?;
    let reason = "period is out of range";
    let is_valid = nanos < 1_000_000_000;
    let period = Duration::from_secs(seconds).checked_add(Duration::from_nanos(u64::from(nanos)));
    let period = period.filter(|period| is_valid && period.as_nanos() <= MAX_PERIOD_NANOS);
    period.ok_or(FeegrantError::InvalidDuration { reason })
}
