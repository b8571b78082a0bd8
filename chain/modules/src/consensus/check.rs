//! Which parameters consensus takes (CometBFT `types/params.go`): pure.

use tendermint_proto::v0_38::types::{ConsensusParams, VersionParams};

use super::{ConsensusError, MsgUpdateParams};

/// Most bytes of a block, as consensus bounds it.
const MAX_BLOCK_BYTES: i64 = 100 * 1024 * 1024;
/// The one type of validator keys.
const KEY_TYPE: &str = "ed25519";

/// The parameters after `message` in block `height`: what it names, and otherwise those `before`.
pub(super) fn updated(
    before: &ConsensusParams,
    message: &MsgUpdateParams,
    height: u64,
) -> Result<ConsensusParams, ConsensusError> {
    let (Some(block), Some(evidence), Some(validator)) =
        (message.block, message.evidence, message.validator.clone())
    else {
        return Err(ConsensusError::Missing);
    };
    let abci = message.abci.or(before.abci);
    let version = Some(VersionParams { app: 0 });
    let after = ConsensusParams {
        block: Some(block),
        evidence: Some(evidence),
        validator: Some(validator),
        version,
        abci,
    };
    check(&after)?;
    check_extensions(before, message, height)?;
    Ok(after)
}

fn check(params: &ConsensusParams) -> Result<(), ConsensusError> {
    let within = |field, value: i64, low: i64, high: i64| match (low..=high).contains(&value) {
        true => Ok(()),
        false => Err(ConsensusError::OutOfRange { field, value }),
    };
    let block = params.block.unwrap_or_default();
    within("block.max_bytes", block.max_bytes, -1, MAX_BLOCK_BYTES)?;
    if block.max_bytes == 0 {
        return Err(ConsensusError::OutOfRange { field: "block.max_bytes", value: 0 });
    }
    within("block.max_gas", block.max_gas, -1, i64::MAX)?;
    let evidence = params.evidence.unwrap_or_default();
    within("evidence.max_age_num_blocks", evidence.max_age_num_blocks, 1, i64::MAX)?;
    let age = evidence.max_age_duration.unwrap_or_default();
    if age.seconds < 0 || age.nanos < 0 || (age.seconds, age.nanos) == (0, 0) {
        let (field, value) = ("evidence.max_age_duration", age.seconds);
        return Err(ConsensusError::OutOfRange { field, value });
    }
    let most = if block.max_bytes == -1 { MAX_BLOCK_BYTES } else { block.max_bytes };
    within("evidence.max_bytes", evidence.max_bytes, 0, most)?;
    let keys = params.validator.as_ref().map(|validator| validator.pub_key_types.as_slice());
    match keys {
        Some([only]) if only == KEY_TYPE => Ok(()),
        _ => Err(ConsensusError::KeyTypes),
    }
}

/// From which height votes carry extensions may change until that height comes, and only to one ahead.
fn check_extensions(
    before: &ConsensusParams,
    message: &MsgUpdateParams,
    height: u64,
) -> Result<(), ConsensusError> {
    let Some(abci) = message.abci else { return Ok(()) };
    let height = i64::try_from(height).unwrap_or(i64::MAX);
    let since = before.abci.unwrap_or_default().vote_extensions_enable_height;
    let from = abci.vote_extensions_enable_height;
    if from < 0 {
        let field = "abci.vote_extensions_enable_height";
        return Err(ConsensusError::OutOfRange { field, value: from });
    }
    if from == since {
        return Ok(());
    }
    if since > 0 && since <= height {
        return Err(ConsensusError::ExtensionsFixed { since, height });
    }
    if from > 0 && from <= height {
        return Err(ConsensusError::ExtensionsInThePast { from, height });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tendermint_proto::{
        google::protobuf::Duration,
        v0_38::types::{AbciParams, BlockParams, EvidenceParams, ValidatorParams},
    };

    fn message() -> MsgUpdateParams {
        let day = Duration { seconds: 86_400, nanos: 0 };
        MsgUpdateParams {
            authority: String::new(),
            block: Some(BlockParams { max_bytes: 1_000_000, max_gas: -1 }),
            evidence: Some(EvidenceParams {
                max_age_num_blocks: 10,
                max_age_duration: Some(day),
                max_bytes: 1_000,
            }),
            validator: Some(ValidatorParams { pub_key_types: vec!["ed25519".to_owned()] }),
            abci: None,
        }
    }

    fn since(height: i64) -> ConsensusParams {
        let abci = AbciParams { vote_extensions_enable_height: height };
        ConsensusParams { abci: Some(abci), ..ConsensusParams::default() }
    }

    #[test]
    fn what_is_not_named_stays() {
        let after = updated(&since(5), &message(), 9).unwrap();
        assert_eq!(after.abci.unwrap().vote_extensions_enable_height, 5);
        assert_eq!(after.block.unwrap().max_gas, -1);
    }

    #[test]
    fn what_consensus_would_halt_on_is_refused() {
        let bad: [fn(&mut MsgUpdateParams); 9] = [
            |message| message.block = None,
            |message| message.evidence = None,
            |message| message.block.as_mut().unwrap().max_bytes = 0,
            |message| message.block.as_mut().unwrap().max_bytes = MAX_BLOCK_BYTES + 1,
            |message| message.block.as_mut().unwrap().max_gas = -2,
            |message| message.evidence.as_mut().unwrap().max_age_num_blocks = 0,
            |message| message.evidence.as_mut().unwrap().max_age_duration = None,
            |message| message.evidence.as_mut().unwrap().max_bytes = 1_000_001,
            |message| message.validator.as_mut().unwrap().pub_key_types = vec!["secp256k1".into()],
        ];
        for change in bad {
            let mut message = message();
            change(&mut message);
            assert!(updated(&since(0), &message, 9).is_err());
        }
    }

    #[test]
    fn extensions_of_votes_are_switched_on_ahead_and_never_off() {
        let with = |height| MsgUpdateParams {
            abci: Some(AbciParams { vote_extensions_enable_height: height }),
            ..message()
        };
        for (before, asked, is_accepted) in [
            (0, 0, true),
            (0, 9, false),
            (0, 10, true),
            (5, 5, true),
            (5, 0, false),
            (5, 20, false),
            (12, 0, true),
            (12, 20, true),
            (12, 8, false),
            (0, -1, false),
        ] {
            let result = updated(&since(before), &with(asked), 9);
            assert_eq!(result.is_ok(), is_accepted, "{before} to {asked}: {result:?}");
        }
    }
}
