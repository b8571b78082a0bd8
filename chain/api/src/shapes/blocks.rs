//! Shapes of what comes from CometBFT.

use super::{Any, Bool, Bytes, Enum, I64, Message, PAGE, Text, Timestamp, U32, U64};
use super::{many, one, shapes};
use stoa_app::tx::schema::Kind;

const VOTE_FLAGS: &[(i32, &str)] = &[
    (0, "BLOCK_ID_FLAG_UNKNOWN"),
    (1, "BLOCK_ID_FLAG_ABSENT"),
    (2, "BLOCK_ID_FLAG_COMMIT"),
    (3, "BLOCK_ID_FLAG_NIL"),
];

shapes! {
    NODE_INFO = "cosmos.base.tendermint.v1beta1.GetNodeInfoResponse": [
        one(1, "default_node_info", Message(&DEFAULT_NODE_INFO)),
        one(2, "application_version", Message(&VERSION_INFO)),
    ];
    DEFAULT_NODE_INFO = "tendermint.p2p.DefaultNodeInfo": [
        one(1, "protocol_version", Message(&PROTOCOL_VERSION)),
        one(2, "default_node_id", Text),
        one(3, "listen_addr", Text),
        one(4, "network", Text),
        one(5, "version", Text),
        one(6, "channels", Bytes),
        one(7, "moniker", Text),
        one(8, "other", Message(&OTHER)),
    ];
    PROTOCOL_VERSION = "tendermint.p2p.ProtocolVersion": [
        one(1, "p2p", U64), one(2, "block", U64), one(3, "app", U64),
    ];
    OTHER = "tendermint.p2p.DefaultNodeInfoOther": [
        one(1, "tx_index", Text), one(2, "rpc_address", Text),
    ];
    VERSION_INFO = "cosmos.base.tendermint.v1beta1.VersionInfo": [
        one(1, "name", Text),
        one(2, "app_name", Text),
        one(3, "version", Text),
        one(4, "git_commit", Text),
        one(5, "build_tags", Text),
        one(6, "go_version", Text),
        many(7, "build_deps", Message(&MODULE)),
        one(8, "cosmos_sdk_version", Text),
    ];
    MODULE = "cosmos.base.tendermint.v1beta1.Module": [
        one(1, "path", Text), one(2, "version", Text), one(3, "sum", Text),
    ];
    SYNCING = "cosmos.base.tendermint.v1beta1.GetSyncingResponse": [one(1, "syncing", Bool)];
    VALIDATOR_SET = "cosmos.base.tendermint.v1beta1.GetLatestValidatorSetResponse": [
        one(1, "block_height", I64),
        many(2, "validators", Message(&VALIDATOR)),
        one(3, "pagination", PAGE),
    ];
    VALIDATOR = "cosmos.base.tendermint.v1beta1.Validator": [
        one(1, "address", Text),
        one(2, "pub_key", Any),
        one(3, "voting_power", I64),
        one(4, "proposer_priority", I64),
    ];
    FOUND_BLOCK = "cosmos.base.tendermint.v1beta1.GetBlockByHeightResponse": [
        one(1, "block_id", Message(&BLOCK_ID)),
        one(2, "block", Message(&BLOCK)),
        one(3, "sdk_block", Message(&SDK_BLOCK)),
    ];
    BLOCK_ID = "tendermint.types.BlockID": [
        one(1, "hash", Bytes), one(2, "part_set_header", Message(&PART_SET_HEADER)),
    ];
    PART_SET_HEADER = "tendermint.types.PartSetHeader": [
        one(1, "total", U32), one(2, "hash", Bytes),
    ];
    BLOCK = "tendermint.types.Block": [
        one(1, "header", Message(&HEADER)),
        one(2, "data", Message(&DATA)),
        one(3, "evidence", Message(&EVIDENCE)),
        one(4, "last_commit", Message(&COMMIT)),
    ];
    SDK_BLOCK = "cosmos.base.tendermint.v1beta1.Block": [
        one(1, "header", Message(&SDK_HEADER)),
        one(2, "data", Message(&DATA)),
        one(3, "evidence", Message(&EVIDENCE)),
        one(4, "last_commit", Message(&COMMIT)),
    ];
    HEADER = "tendermint.types.Header": [
        one(1, "version", Message(&CONSENSUS)),
        one(2, "chain_id", Text),
        one(3, "height", I64),
        one(4, "time", Timestamp).kept(),
        one(5, "last_block_id", Message(&BLOCK_ID)),
        one(6, "last_commit_hash", Bytes),
        one(7, "data_hash", Bytes),
        one(8, "validators_hash", Bytes),
        one(9, "next_validators_hash", Bytes),
        one(10, "consensus_hash", Bytes),
        one(11, "app_hash", Bytes),
        one(12, "last_results_hash", Bytes),
        one(13, "evidence_hash", Bytes),
        one(14, "proposer_address", Bytes),
    ];
    SDK_HEADER = "cosmos.base.tendermint.v1beta1.Header": [
        one(1, "version", Message(&CONSENSUS)),
        one(2, "chain_id", Text),
        one(3, "height", I64),
        one(4, "time", Timestamp).kept(),
        one(5, "last_block_id", Message(&BLOCK_ID)),
        one(6, "last_commit_hash", Bytes),
        one(7, "data_hash", Bytes),
        one(8, "validators_hash", Bytes),
        one(9, "next_validators_hash", Bytes),
        one(10, "consensus_hash", Bytes),
        one(11, "app_hash", Bytes),
        one(12, "last_results_hash", Bytes),
        one(13, "evidence_hash", Bytes),
        one(14, "proposer_address", Text),
    ];
    CONSENSUS = "tendermint.version.Consensus": [one(1, "block", U64), one(2, "app", U64)];
    DATA = "tendermint.types.Data": [many(1, "txs", Bytes)];
    EVIDENCE = "tendermint.types.EvidenceList": [many(1, "evidence", Message(&NO_DETAILS))];
    NO_DETAILS = "tendermint.types.Evidence": [];
    COMMIT = "tendermint.types.Commit": [
        one(1, "height", I64),
        one(2, "round", Kind::I32),
        one(3, "block_id", Message(&BLOCK_ID)),
        many(4, "signatures", Message(&COMMIT_SIGNATURE)),
    ];
    COMMIT_SIGNATURE = "tendermint.types.CommitSig": [
        one(1, "block_id_flag", Enum(VOTE_FLAGS)),
        one(2, "validator_address", Bytes),
        one(3, "timestamp", Timestamp).kept(),
        one(4, "signature", Bytes),
    ];
}
