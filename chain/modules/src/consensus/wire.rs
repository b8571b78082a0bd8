//! Messages of `cosmos.consensus.v1`, which `cosmos-sdk-proto` does not hand out.

use prost::{Message, Name};
use tendermint_proto::v0_38::types::{
    AbciParams, BlockParams, ConsensusParams, EvidenceParams, ValidatorParams,
};

/// Changes parameters.
#[derive(Clone, PartialEq, Message)]
pub struct MsgUpdateParams {
    /// The authority of the chain, bech32.
    #[prost(string, tag = "1")]
    pub authority: String,
    /// Limits of blocks.
    #[prost(message, optional, tag = "2")]
    pub block: Option<BlockParams>,
    /// How old evidence may be.
    #[prost(message, optional, tag = "3")]
    pub evidence: Option<EvidenceParams>,
    /// Which keys validators may have.
    #[prost(message, optional, tag = "4")]
    pub validator: Option<ValidatorParams>,
    /// From when on votes carry extensions.
    #[prost(message, optional, tag = "5")]
    pub abci: Option<AbciParams>,
}

/// Answers [`MsgUpdateParams`].
#[derive(Clone, PartialEq, Message)]
pub struct MsgUpdateParamsResponse {}

/// Asks for the parameters.
#[derive(Clone, PartialEq, Message)]
pub struct QueryParamsRequest {}

/// Answers with the parameters.
#[derive(Clone, PartialEq, Message)]
pub struct QueryParamsResponse {
    /// The parameters.
    #[prost(message, optional, tag = "1")]
    pub params: Option<ConsensusParams>,
}

/// Package of these messages.
const PACKAGE: &str = "cosmos.consensus.v1";

impl Name for MsgUpdateParams {
    const NAME: &'static str = "MsgUpdateParams";
    const PACKAGE: &'static str = PACKAGE;

    fn type_url() -> String {
        format!("/{}", Self::full_name())
    }
}

impl Name for MsgUpdateParamsResponse {
    const NAME: &'static str = "MsgUpdateParamsResponse";
    const PACKAGE: &'static str = PACKAGE;

    fn type_url() -> String {
        format!("/{}", Self::full_name())
    }
}
