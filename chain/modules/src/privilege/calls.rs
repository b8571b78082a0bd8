//! Calls that the chain itself makes at the beginning and end of a block: whom, with what, and what came of it.

use serde::Serialize;
use stoa_proto::privilege::v1::{Failure, Record, Usage};

use super::{Grant, MAX_FAILURES_IN_A_ROW, Privilege, view};
use crate::{
    auth::AccAddress,
    core::{Context, Event, Gas, ModuleError},
    slashing::Infraction,
};

/// Most characters of an error that an event repeats.
const MAX_ERROR_CHARS: usize = 512;

/// When contracts are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Before the transactions of a block.
    Begin,
    /// Behind them.
    End,
}

impl Moment {
    const fn privilege(self) -> Privilege {
        match self {
            Self::Begin => Privilege::BeginBlock,
            Self::End => Privilege::EndBlock,
        }
    }
}

/// One call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Whom.
    pub contract: AccAddress,
    /// By which privilege.
    pub privilege: Privilege,
    /// Its gas limit.
    pub block_gas: Gas,
}

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// Codespace of the error.
    pub codespace: String,
    /// Code of the error.
    pub code: u32,
    /// For people. It may differ between nodes, so that it stands in no record.
    pub text: String,
}

/// The contracts to call, in the order in which they were granted it; none that is suspended.
pub fn calls(ctx: &Context, moment: Moment) -> Result<Vec<Call>, ModuleError> {
    let is_due = |grant: &Grant| grant.privilege == moment.privilege();
    let mut calls = Vec::new();
    for record in view::records(ctx)?.iter().filter(|record| !record.is_suspended) {
        let grant = Grant::from_proto(record.grant.as_ref())?;
        if is_due(&grant) {
            let Grant { contract, privilege, block_gas, .. } = grant;
            calls.push(Call { contract, privilege, block_gas });
        }
    }
    Ok(calls)
}

/// The JSON that `sudo` gets.
pub fn message(moment: Moment, infractions: &[Infraction]) -> Vec<u8> {
    #[derive(Serialize)]
    #[serde(rename_all = "snake_case")]
    enum Message<'a> {
        BeginBlock { infractions: &'a [Infraction] },
        EndBlock {},
    }
    let message = match moment {
        Moment::Begin => Message::BeginBlock { infractions },
        Moment::End => Message::EndBlock {},
    };
    // Texts always have a JSON form; a contract would refuse no bytes at all.
    serde_json::to_vec(&message).unwrap_or_default()
}

/// Records what came of `call`, which used `gas`. A contract that fails too often in a row is suspended.
pub fn settle(
    ctx: &mut Context,
    call: &Call,
    gas: Gas,
    outcome: Result<(), Failed>,
) -> Result<(), ModuleError> {
    let Call { contract, privilege, .. } = call;
    // The call may have taken the privilege away.
    let Some(before) = view::record(ctx, *privilege, contract)? else { return Ok(()) };
    let height = ctx.block.height;
    let usage = Some(Usage { height, gas });
    let after = match outcome {
        Ok(()) => Record { usage, failures_in_a_row: 0, ..before },
        Err(failed) => {
            let failures_in_a_row = before.failures_in_a_row.saturating_add(1);
            let Failed { codespace, code, text } = failed;
            let event = event("privilege_failed", call)
                .with("codespace", codespace.clone())
                .with("code", code.to_string())
                .with("failures_in_a_row", failures_in_a_row.to_string())
                .with("error", text.chars().take(MAX_ERROR_CHARS).collect::<String>());
            ctx.emit(event);
            Record {
                usage,
                failures_in_a_row,
                failures: before.failures.saturating_add(1),
                last_failure: Some(Failure { height, codespace, code }),
                is_suspended: failures_in_a_row >= MAX_FAILURES_IN_A_ROW,
                ..before
            }
        }
    };
    if after.is_suspended {
        ctx.emit(event("privilege_suspended", call));
    }
    view::save(ctx, *privilege, contract, &after)
}

fn event(kind: &str, call: &Call) -> Event {
    Event::new(kind)
        .with("contract", call.contract.to_string())
        .with("privilege", call.privilege.as_str_name())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slashing::InfractionKind;

    #[test]
    fn the_messages_have_the_documented_form() {
        let text = |moment, infractions: &[Infraction]| {
            String::from_utf8(message(moment, infractions)).unwrap()
        };
        assert_eq!(text(Moment::End, &[]), r#"{"end_block":{}}"#);
        assert_eq!(text(Moment::Begin, &[]), r#"{"begin_block":{"infractions":[]}}"#);
        let infraction = Infraction {
            validator: "stoavalcons1x".to_owned(),
            kind: InfractionKind::DoubleSign,
            power: "10".to_owned(),
            height: "7".to_owned(),
        };
        let expected = r#"{"begin_block":{"infractions":[{"validator":"stoavalcons1x","kind":"double_sign","power":"10","height":"7"}]}}"#;
        assert_eq!(text(Moment::Begin, &[infraction]), expected);
    }
}
