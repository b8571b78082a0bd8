//! The first state, in the shape of `x/feegrant`'s genesis section.

use std::time::Duration;

use cosmos_sdk_proto::cosmos::base::v1beta1::Coin as ProtoCoin;
use serde::{Deserialize, Deserializer, de::Error as _};

use super::{
    Allowance, Basic, FeegrantError, Filtered, MAX_ALLOWANCE_DEPTH, Periodic, action::grant,
};
use crate::{
    bank::Coins,
    core::{Context, ModuleError, Time},
};

/// The `feegrant` section of `app_state`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Genesis {
    allowances: Vec<GenesisGrant>,
}

#[derive(Debug, Deserialize)]
struct GenesisGrant {
    granter: String,
    grantee: String,
    allowance: GenesisAllowance,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "@type")]
enum GenesisAllowance {
    #[serde(rename = "/cosmos.feegrant.v1beta1.BasicAllowance")]
    Basic(GenesisBasic),
    #[serde(rename = "/cosmos.feegrant.v1beta1.PeriodicAllowance")]
    Periodic {
        basic: GenesisBasic,
        #[serde(deserialize_with = "seconds")]
        period: Duration,
        period_spend_limit: Vec<ProtoCoin>,
        #[serde(default)]
        period_can_spend: Vec<ProtoCoin>,
        period_reset: String,
    },
    #[serde(rename = "/cosmos.feegrant.v1beta1.AllowedMsgAllowance")]
    AllowedMsg { allowance: Box<GenesisAllowance>, allowed_messages: Vec<String> },
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct GenesisBasic {
    spend_limit: Vec<ProtoCoin>,
    expiration: Option<String>,
}

/// A duration as the SDK writes it: `3600s`.
fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    let (whole, fraction) = text
        .strip_suffix('s')
        .map(|text| text.split_once('.').unwrap_or((text, "")))
        .ok_or_else(|| D::Error::custom("a duration ends in s"))?;
    let nanos = format!("{fraction:0<9}").parse().map_err(D::Error::custom)?;
    Ok(Duration::new(whole.parse().map_err(D::Error::custom)?, nanos))
}

fn time(text: &str) -> Result<Time, ModuleError> {
    let refuse = |_| FeegrantError::Genesis { reason: format!("{text} is no time") };
    Ok(Time::parse_from_rfc3339(text).map_err(refuse)?)
}

impl GenesisBasic {
    fn read(self) -> Result<Basic, ModuleError> {
        let limit = Coins::from_proto(&self.spend_limit)?;
        Ok(Basic {
            spend_limit: (!limit.is_empty()).then_some(limit),
            expiration: self.expiration.as_deref().map(time).transpose()?,
        })
    }
}

impl GenesisAllowance {
    fn read(self, depth: usize) -> Result<Allowance, ModuleError> {
        if depth >= MAX_ALLOWANCE_DEPTH {
            let reason = "allowances are nested too deep".to_owned();
            return Err(FeegrantError::Genesis { reason }.into());
        }
        Ok(match self {
            Self::Basic(basic) => Allowance::Basic(basic.read()?),
            Self::Periodic {
                basic,
                period,
                period_spend_limit,
                period_can_spend,
                period_reset,
            } => Allowance::Periodic(Periodic {
                basic: basic.read()?,
                period,
                period_spend_limit: Coins::from_proto(&period_spend_limit)?,
                period_can_spend: Coins::from_proto(&period_can_spend)?,
                period_reset: time(&period_reset)?,
            }),
            Self::AllowedMsg { allowance, allowed_messages } => Allowance::Filtered(Filtered {
                allowance: Box::new(allowance.read(depth + 1)?),
                allowed_messages,
            }),
        })
    }
}

/// Writes the allowances. Accounts must be there already.
pub fn init_genesis(ctx: &mut Context, genesis: Genesis) -> Result<(), ModuleError> {
    for entry in genesis.allowances {
        let address = |text: &str| {
            let refuse = |error| FeegrantError::Genesis { reason: format!("{text}: {error}") };
            text.parse().map_err(refuse)
        };
        let (granter, grantee) = (address(&entry.granter)?, address(&entry.grantee)?);
        if granter == grantee {
            let reason = "cannot self-grant fee authorization";
            return Err(FeegrantError::SameAddress { reason }.into());
        }
        let allowance = entry.allowance.read(0)?;
        allowance.check()?;
        grant(ctx, &granter, &grantee, &allowance)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{feegrant, testing::context};

    const ALICE: &str = "stoa19ysd98py4533gghnua2gtyvv3lt6kswr40ga43";
    const BOB: &str = "stoa1rna690lzluhx26mxajy4q04xh32mhsqj5x9az8";

    fn run(allowance: serde_json::Value) -> Result<Context, ModuleError> {
        let mut ctx = context();
        let grant = serde_json::json!({"granter": ALICE, "grantee": BOB, "allowance": allowance});
        let genesis = serde_json::json!({"allowances": [grant]});
        let genesis = serde_json::from_value(genesis).unwrap();
        init_genesis(&mut ctx, genesis).map(|()| ctx)
    }

    #[test]
    fn allowances_are_read_as_the_sdk_writes_them() {
        let ctx = run(serde_json::json!({
            "@type": "/cosmos.feegrant.v1beta1.AllowedMsgAllowance",
            "allowed_messages": ["/cosmos.bank.v1beta1.MsgSend"],
            "allowance": {
                "@type": "/cosmos.feegrant.v1beta1.PeriodicAllowance",
                "basic": {"spend_limit": [], "expiration": "2033-01-01T00:00:00Z"},
                "period": "3600.5s",
                "period_spend_limit": [{"denom": "ustoa", "amount": "10"}],
                "period_can_spend": [{"denom": "ustoa", "amount": "10"}],
                "period_reset": "2023-11-15T00:00:00Z"
            }
        }))
        .unwrap();
        let pair = (ALICE.parse().unwrap(), BOB.parse().unwrap());
        let allowance = feegrant::allowance(&ctx, &pair.0, &pair.1).unwrap().unwrap();
        let Allowance::Filtered(filtered) = &allowance else { panic!("{allowance:?}") };
        let Allowance::Periodic(periodic) = &*filtered.allowance else { panic!("{filtered:?}") };
        assert_eq!(periodic.period, Duration::from_millis(3_600_500));
        assert_eq!(allowance.expiration().unwrap().to_rfc3339(), "2033-01-01T00:00:00Z");
    }

    #[test]
    fn allowances_that_are_over_or_allow_no_message_are_refused() {
        let basic = "/cosmos.feegrant.v1beta1.BasicAllowance";
        assert!(
            run(serde_json::json!({"@type": basic, "expiration": "2001-01-01T00:00:00Z"})).is_err()
        );
        assert!(run(serde_json::json!({"@type": basic, "expiration": "soon"})).is_err());
        let filtered = "/cosmos.feegrant.v1beta1.AllowedMsgAllowance";
        let inner = serde_json::json!({"@type": basic});
        assert!(
            run(serde_json::json!({"@type": filtered, "allowance": inner, "allowed_messages": []}))
                .is_err()
        );
    }
}
