//! Messages about parameters of consensus.

use super::{
    Kind::{Duration, I64, Message, Text, U64},
    Shape, many, one,
};

pub(super) static IN_ANY: &[&Shape] = &[&MSG_UPDATE_CONSENSUS_PARAMS];

crate::shapes! {
    /// Changes the parameters.
    pub MSG_UPDATE_CONSENSUS_PARAMS = "cosmos.consensus.v1.MsgUpdateParams"
        as "cosmos-sdk/x/consensus/MsgUpdateParams": [
        one(1, "authority", Text),
        one(2, "block", Message(&BLOCK_PARAMS)),
        one(3, "evidence", Message(&EVIDENCE_PARAMS)),
        one(4, "validator", Message(&VALIDATOR_PARAMS)),
        one(5, "abci", Message(&ABCI_PARAMS)),
    ];
    /// All parameters.
    pub CONSENSUS_PARAMS = "tendermint.types.ConsensusParams": [
        one(1, "block", Message(&BLOCK_PARAMS)),
        one(2, "evidence", Message(&EVIDENCE_PARAMS)),
        one(3, "validator", Message(&VALIDATOR_PARAMS)),
        one(4, "version", Message(&VERSION_PARAMS)),
        one(5, "abci", Message(&ABCI_PARAMS)),
    ];
    /// Limits of a block.
    pub BLOCK_PARAMS = "tendermint.types.BlockParams": [
        one(1, "max_bytes", I64),
        one(2, "max_gas", I64),
    ];
    /// How old evidence may be.
    pub EVIDENCE_PARAMS = "tendermint.types.EvidenceParams": [
        one(1, "max_age_num_blocks", I64),
        one(2, "max_age_duration", Duration).kept(),
        one(3, "max_bytes", I64),
    ];
    /// Which keys validators may have.
    pub VALIDATOR_PARAMS = "tendermint.types.ValidatorParams": [
        many(1, "pub_key_types", Text),
    ];
    /// Version of the application.
    pub VERSION_PARAMS = "tendermint.types.VersionParams": [one(1, "app", U64)];
    /// From when on votes carry extensions.
    pub ABCI_PARAMS = "tendermint.types.ABCIParams": [
        one(1, "vote_extensions_enable_height", I64),
    ];
}
