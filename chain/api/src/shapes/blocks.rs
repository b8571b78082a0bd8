//! Shapes of what comes from CometBFT.

use super::{Any, Bool, Bytes, Enum, I64, Message, PAGE, Text, Timestamp, U32, U64};
use super::{many, named, one, shapes};
use stoa_app::tx::schema::{Kind::I32, Shape, member};

const VOTE_FLAGS: &[(i32, &str)] = &[
    (0, "BLOCK_ID_FLAG_UNKNOWN"),
    (1, "BLOCK_ID_FLAG_ABSENT"),
    (2, "BLOCK_ID_FLAG_COMMIT"),
    (3, "BLOCK_ID_FLAG_NIL"),
];

const SIGNED_MESSAGES: &[(i32, &str)] = &[
    (0, "SIGNED_MSG_TYPE_UNKNOWN"),
    (1, "SIGNED_MSG_TYPE_PREVOTE"),
    (2, "SIGNED_MSG_TYPE_PRECOMMIT"),
    (32, "SIGNED_MSG_TYPE_PROPOSAL"),
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
    LATEST_VALIDATORS = "cosmos.base.tendermint.v1beta1.GetLatestValidatorSetResponse": [
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
    ABCI_ANSWER = "cosmos.base.tendermint.v1beta1.ABCIQueryResponse": [
        one(1, "code", U32),
        one(3, "log", Text),
        one(4, "info", Text),
        one(5, "index", I64),
        one(6, "key", Bytes),
        one(7, "value", Bytes),
        one(8, "proof_ops", Message(&PROOF_OPS)),
        one(9, "height", I64),
        one(10, "codespace", Text),
    ];
    PROOF_OPS = "cosmos.base.tendermint.v1beta1.ProofOps": [many(1, "ops", Message(&PROOF_OP))];
    PROOF_OP = "cosmos.base.tendermint.v1beta1.ProofOp": [
        one(1, "type", Text), one(2, "key", Bytes), one(3, "data", Bytes),
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
    EVIDENCE = "tendermint.types.EvidenceList": [many(1, "evidence", Message(&ONE_EVIDENCE))];
    ONE_EVIDENCE = "tendermint.types.Evidence": [
        member(1, "duplicate_vote_evidence", Message(&DUPLICATE_VOTE)),
        member(2, "light_client_attack_evidence", Message(&LIGHT_CLIENT_ATTACK)),
    ];
    DUPLICATE_VOTE = "tendermint.types.DuplicateVoteEvidence": [
        one(1, "vote_a", Message(&VOTE)),
        one(2, "vote_b", Message(&VOTE)),
        one(3, "total_voting_power", I64),
        one(4, "validator_power", I64),
        one(5, "timestamp", Timestamp).kept(),
    ];
    VOTE = "tendermint.types.Vote": [
        one(1, "type", Enum(SIGNED_MESSAGES)),
        one(2, "height", I64),
        one(3, "round", I32),
        one(4, "block_id", Message(&BLOCK_ID)),
        one(5, "timestamp", Timestamp).kept(),
        one(6, "validator_address", Bytes),
        one(7, "validator_index", I32),
        one(8, "signature", Bytes),
        one(9, "extension", Bytes),
        one(10, "extension_signature", Bytes),
    ];
    LIGHT_CLIENT_ATTACK = "tendermint.types.LightClientAttackEvidence": [
        one(1, "conflicting_block", Message(&LIGHT_BLOCK)),
        one(2, "common_height", I64),
        many(3, "byzantine_validators", Message(&COMET_VALIDATOR)),
        one(4, "total_voting_power", I64),
        one(5, "timestamp", Timestamp).kept(),
    ];
    LIGHT_BLOCK = "tendermint.types.LightBlock": [
        one(1, "signed_header", Message(&SIGNED_HEADER)),
        one(2, "validator_set", Message(&COMET_VALIDATORS)),
    ];
    SIGNED_HEADER = "tendermint.types.SignedHeader": [
        one(1, "header", Message(&HEADER)), one(2, "commit", Message(&COMMIT)),
    ];
    COMET_VALIDATORS = "tendermint.types.ValidatorSet": [
        many(1, "validators", Message(&COMET_VALIDATOR)),
        one(2, "proposer", Message(&COMET_VALIDATOR)),
        one(3, "total_voting_power", I64),
    ];
    COMET_VALIDATOR = "tendermint.types.Validator": [
        one(1, "address", Bytes),
        one(2, "pub_key", Message(&COMET_KEY)),
        one(3, "voting_power", I64),
        one(4, "proposer_priority", I64),
    ];
    COMET_KEY = "tendermint.crypto.PublicKey": [
        member(1, "ed25519", Bytes), member(2, "secp256k1", Bytes),
    ];
    COMMIT = "tendermint.types.Commit": [
        one(1, "height", I64),
        one(2, "round", I32),
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

/// Answers of the same fields as another, under their own names.
pub(crate) static LATEST_BLOCK: Shape =
    named("cosmos.base.tendermint.v1beta1.GetLatestBlockResponse", &FOUND_BLOCK);
pub(crate) static VALIDATORS_AT: Shape =
    named("cosmos.base.tendermint.v1beta1.GetValidatorSetByHeightResponse", &LATEST_VALIDATORS);
