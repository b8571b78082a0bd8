//! CometBFT's genesis file around an exported state.

use serde_json::{Value, json};
use stoa_app::Exported;
use stoa_modules::{BlockInfo, validators::ConsensusAddress};
use tendermint_proto::v0_38::{
    abci::ValidatorUpdate,
    crypto::public_key::Sum,
    types::{AbciParams, BlockParams, ConsensusParams, EvidenceParams, VersionParams},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};

/// CometBFT's name of ed25519 keys.
const ED25519: &str = "tendermint/PubKeyEd25519";
/// Nanoseconds of a second.
const NANOS: i64 = 1_000_000_000;

/// A state that does not fit into a genesis file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// Not a key that validators of this chain have.
    #[error("validator number {position} has no ed25519 key")]
    Key {
        /// Its place in the list.
        position: usize,
    },
}

/// The whole file.
pub fn document(exported: &Exported) -> Result<Value, DocumentError> {
    let Exported { chain_id, time_nanos, initial_height, consensus_params, validators, app_state } =
        exported;
    let block = BlockInfo { height: 0, time_nanos: *time_nanos, chain_id: chain_id.clone() };
    let validators = validators.iter().enumerate();
    let validators = validators.map(|(position, update)| validator(position, update));
    Ok(json!({
        "genesis_time": block.time().to_rfc3339(),
        "chain_id": chain_id,
        "initial_height": initial_height.to_string(),
        "consensus_params": params(consensus_params),
        "validators": validators.collect::<Result<Vec<_>, _>>()?,
        "app_hash": "",
        "app_state": app_state,
    }))
}

fn validator(position: usize, update: &ValidatorUpdate) -> Result<Value, DocumentError> {
    let key = match update.pub_key.as_ref().and_then(|key| key.sum.as_ref()) {
        Some(Sum::Ed25519(key)) => <[u8; 32]>::try_from(key.as_slice()).ok(),
        _ => None,
    };
    let key = key.ok_or(DocumentError::Key { position })?;
    Ok(json!({
        "address": ConsensusAddress::of_key(&key).to_string(),
        "pub_key": { "type": ED25519, "value": BASE64_STANDARD.encode(key) },
        "power": update.power.to_string(),
        "name": "",
    }))
}

/// Numbers are texts, as CometBFT writes them; durations are nanoseconds.
fn params(params: &ConsensusParams) -> Value {
    let BlockParams { max_bytes, max_gas } = params.block.unwrap_or_default();
    let EvidenceParams { max_age_num_blocks, max_age_duration, max_bytes: evidence_bytes } =
        params.evidence.unwrap_or_default();
    let age = max_age_duration.unwrap_or_default();
    let nanos = age.seconds.saturating_mul(NANOS).saturating_add(i64::from(age.nanos));
    let VersionParams { app } = params.version.unwrap_or_default();
    let AbciParams { vote_extensions_enable_height } = params.abci.unwrap_or_default();
    let key_types = params.validator.clone().unwrap_or_default().pub_key_types;
    json!({
        "block": { "max_bytes": max_bytes.to_string(), "max_gas": max_gas.to_string() },
        "evidence": {
            "max_age_num_blocks": max_age_num_blocks.to_string(),
            "max_age_duration": nanos.to_string(),
            "max_bytes": evidence_bytes.to_string(),
        },
        "validator": { "pub_key_types": key_types },
        "version": { "app": app.to_string() },
        "abci": { "vote_extensions_enable_height": vote_extensions_enable_height.to_string() },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tendermint_proto::{google::protobuf::Duration, v0_38::crypto::PublicKey};

    #[test]
    fn the_file_has_cometbfts_form() {
        let key = PublicKey { sum: Some(Sum::Ed25519(vec![7; 32])) };
        let mut exported = Exported {
            chain_id: "stoa-test-1".to_owned(),
            time_nanos: 1_700_000_000_000_000_005,
            initial_height: 9,
            consensus_params: ConsensusParams {
                evidence: Some(EvidenceParams {
                    max_age_num_blocks: 100_000,
                    max_age_duration: Some(Duration { seconds: 172_800, nanos: 0 }),
                    max_bytes: 1_048_576,
                }),
                ..ConsensusParams::default()
            },
            validators: vec![ValidatorUpdate { pub_key: Some(key), power: 10 }],
            app_state: json!({ "bank": {} }),
        };
        let file = document(&exported).unwrap();
        assert_eq!(file["genesis_time"], "2023-11-14T22:13:20.000000005Z");
        assert_eq!(file["initial_height"], "9");
        let age = &file["consensus_params"]["evidence"]["max_age_duration"];
        assert_eq!(age, "172800000000000");
        assert_eq!(file["validators"][0]["power"], "10");
        assert_eq!(file["validators"][0]["pub_key"]["type"], ED25519);
        exported.validators[0].pub_key = None;
        assert_eq!(document(&exported), Err(DocumentError::Key { position: 0 }));
    }
}
