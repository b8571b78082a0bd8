//! The state as a genesis section.

use std::time::Duration;

use cosmos_sdk_proto::cosmos::feegrant::v1beta1::{
    AllowedMsgAllowance, BasicAllowance, PeriodicAllowance,
};
use prost::Name as _;
use serde_json::{Value, json};
use stoa_store::{KeyRange, Order};

use super::{Allowance, Basic, FeegrantError, Filtered, Periodic, STORE, state_key, view};
use crate::core::{Context, ModuleError};

/// The `feegrant` section of `app_state`. Allowances that are over are left out.
pub fn export_genesis(ctx: &Context) -> Result<Value, ModuleError> {
    let now = ctx.block.time();
    let range = KeyRange::prefix(state_key::ALLOWANCES);
    let mut walk = ctx.walk(STORE, range, Order::Ascending)?;
    let mut allowances = Vec::new();
    while let Some((_, stored)) = ctx.step(&mut walk)? {
        let grant = view::grant(&stored)?;
        let any = grant.allowance.ok_or(FeegrantError::Corrupt)?;
        let allowance = Allowance::from_any(&any).map_err(|_| FeegrantError::Corrupt)?;
        if allowance.expiration().is_some_and(|expiration| expiration < now) {
            continue;
        }
        allowances.push(json!({
            "granter": grant.granter,
            "grantee": grant.grantee,
            "allowance": self::allowance(&allowance),
        }));
    }
    Ok(json!({ "allowances": allowances }))
}

fn allowance(allowance: &Allowance) -> Value {
    match allowance {
        Allowance::Basic(limits) => {
            let mut limits = basic(limits);
            if let Some(fields) = limits.as_object_mut() {
                fields.insert("@type".to_owned(), json!(BasicAllowance::type_url()));
            }
            limits
        }
        Allowance::Periodic(Periodic {
            basic: limits,
            period,
            period_spend_limit,
            period_can_spend,
            period_reset,
        }) => json!({
            "@type": PeriodicAllowance::type_url(),
            "basic": basic(limits),
            "period": seconds(*period),
            "period_spend_limit": period_spend_limit.to_json(),
            "period_can_spend": period_can_spend.to_json(),
            "period_reset": period_reset.to_rfc3339(),
        }),
        Allowance::Filtered(Filtered { allowance, allowed_messages }) => json!({
            "@type": AllowedMsgAllowance::type_url(),
            "allowance": self::allowance(allowance),
            "allowed_messages": allowed_messages,
        }),
    }
}

fn basic(Basic { spend_limit, expiration }: &Basic) -> Value {
    json!({
        "spend_limit": spend_limit.as_ref().map_or_else(|| json!([]), |coins| coins.to_json()),
        "expiration": expiration.map(|time| time.to_rfc3339()),
    })
}

/// A duration as the SDK writes it: `3600s`, `0.500s`.
fn seconds(period: Duration) -> String {
    match period.subsec_nanos() {
        0 => format!("{}s", period.as_secs()),
        nanos => format!("{}.{nanos:09}s", period.as_secs()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{feegrant, testing::context};

    #[test]
    fn allowances_of_every_kind_come_back_and_those_that_are_over_do_not() {
        let limits = |expiration: Value| json!({ "spend_limit": [{ "denom": "ustoa", "amount": "9" }], "expiration": expiration });
        let periodic = json!({
            "@type": PeriodicAllowance::type_url(),
            "basic": { "spend_limit": [], "expiration": null },
            "period": "3600.500000000s",
            "period_spend_limit": [{ "denom": "ustoa", "amount": "10" }],
            "period_can_spend": [],
            "period_reset": "2023-11-15T00:00:00Z",
        });
        let mut until = limits(json!("2027-01-01T00:00:00Z"));
        until["@type"] = json!(BasicAllowance::type_url());
        let filtered = json!({
            "@type": AllowedMsgAllowance::type_url(),
            "allowance": periodic,
            "allowed_messages": ["/cosmos.bank.v1beta1.MsgSend"],
        });
        let address = |byte: u8| crate::auth::AccAddress::new([byte; 20]).unwrap().to_string();
        let entry = |byte: u8, allowance: &Value| json!({ "granter": address(byte), "grantee": address(1), "allowance": allowance });
        let all = [entry(2, &until), entry(3, &periodic), entry(4, &filtered)];
        let section = json!({ "allowances": all });
        let mut ctx = context();
        let genesis = serde_json::from_value(section.clone()).unwrap();
        feegrant::init_genesis(&mut ctx, genesis).unwrap();
        assert_eq!(export_genesis(&ctx).unwrap(), section);
        ctx.block.time_nanos = 1_900_000_000_000_000_000;
        assert_eq!(export_genesis(&ctx).unwrap(), json!({ "allowances": &all[1..] }));
    }
}
