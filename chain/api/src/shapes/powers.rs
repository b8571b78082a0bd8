//! Shapes of answers about governing the chain: privileges, validators, upgrades, consensus.

use stoa_app::tx::schema::{
    self,
    Kind::{Any, Bool, Bytes, I64, Message, Text, Timestamp, U32, U64},
    Shape, many, one,
};

use super::{PAGE, shapes};

/// Answers of messages, as simulations show them.
pub(super) static RESPONSES: &[&Shape] = &[
    &UPDATE_CONSENSUS_PARAMS_RESPONSE,
    &UNJAIL_RESPONSE,
    &UPDATE_SLASHING_PARAMS_RESPONSE,
    &SOFTWARE_UPGRADE_RESPONSE,
    &CANCEL_UPGRADE_RESPONSE,
    &GRANT_PRIVILEGE_RESPONSE,
    &REVOKE_PRIVILEGE_RESPONSE,
    &SET_AUTHORITY_RESPONSE,
    &UPDATE_VALIDATORS_RESPONSE,
];

shapes! {
    CONSENSUS_PARAMS = "cosmos.consensus.v1.QueryParamsResponse": [
        one(1, "params", Message(&schema::CONSENSUS_PARAMS)),
    ];
    UPDATE_CONSENSUS_PARAMS_RESPONSE = "cosmos.consensus.v1.MsgUpdateParamsResponse": [];

    FOUND_EVIDENCE = "cosmos.evidence.v1beta1.QueryEvidenceResponse": [one(1, "evidence", Any)];
    ALL_EVIDENCE = "cosmos.evidence.v1beta1.QueryAllEvidenceResponse": [
        many(1, "evidence", Any), one(2, "pagination", PAGE),
    ];

    SLASHING_PARAMS = "cosmos.slashing.v1beta1.QueryParamsResponse": [
        one(1, "params", Message(&schema::SLASHING_PARAMS)),
    ];
    SIGNING_INFO = "cosmos.slashing.v1beta1.QuerySigningInfoResponse": [
        one(1, "val_signing_info", Message(&VALIDATOR_SIGNING_INFO)),
    ];
    SIGNING_INFOS = "cosmos.slashing.v1beta1.QuerySigningInfosResponse": [
        many(1, "info", Message(&VALIDATOR_SIGNING_INFO)), one(2, "pagination", PAGE),
    ];
    VALIDATOR_SIGNING_INFO = "cosmos.slashing.v1beta1.ValidatorSigningInfo": [
        one(1, "address", Text),
        one(2, "start_height", I64),
        one(3, "index_offset", I64),
        one(4, "jailed_until", Timestamp).kept(),
        one(5, "tombstoned", Bool),
        one(6, "missed_blocks_counter", I64),
    ];
    UNJAIL_RESPONSE = "cosmos.slashing.v1beta1.MsgUnjailResponse": [];
    UPDATE_SLASHING_PARAMS_RESPONSE = "cosmos.slashing.v1beta1.MsgUpdateParamsResponse": [];

    CURRENT_PLAN = "cosmos.upgrade.v1beta1.QueryCurrentPlanResponse": [
        one(1, "plan", Message(&schema::UPGRADE_PLAN)),
    ];
    APPLIED_PLAN = "cosmos.upgrade.v1beta1.QueryAppliedPlanResponse": [one(1, "height", I64)];
    UPGRADED_CONSENSUS_STATE = "cosmos.upgrade.v1beta1.QueryUpgradedConsensusStateResponse": [
        one(2, "upgraded_consensus_state", Bytes),
    ];
    MODULE_VERSIONS = "cosmos.upgrade.v1beta1.QueryModuleVersionsResponse": [
        many(1, "module_versions", Message(&MODULE_VERSION)),
    ];
    MODULE_VERSION = "cosmos.upgrade.v1beta1.ModuleVersion": [
        one(1, "name", Text), one(2, "version", U64),
    ];
    UPGRADE_AUTHORITY = "cosmos.upgrade.v1beta1.QueryAuthorityResponse": [one(1, "address", Text)];
    SOFTWARE_UPGRADE_RESPONSE = "cosmos.upgrade.v1beta1.MsgSoftwareUpgradeResponse": [];
    CANCEL_UPGRADE_RESPONSE = "cosmos.upgrade.v1beta1.MsgCancelUpgradeResponse": [];

    AUTHORITY = "stoa.privilege.v1.QueryAuthorityResponse": [one(1, "address", Text)];
    PRIVILEGES = "stoa.privilege.v1.QueryPrivilegesResponse": [
        many(1, "privileges", Message(&PRIVILEGE_RECORD)),
    ];
    PRIVILEGE_RECORD = "stoa.privilege.v1.Record": [
        one(1, "grant", Message(&schema::PRIVILEGE_GRANT)),
        one(2, "position", U64),
        one(3, "failures_in_a_row", U32),
        one(4, "failures", U64),
        one(5, "last_failure", Message(&PRIVILEGE_FAILURE)),
        one(6, "is_suspended", Bool),
        one(7, "usage", Message(&PRIVILEGE_USAGE)),
    ];
    PRIVILEGE_FAILURE = "stoa.privilege.v1.Failure": [
        one(1, "height", U64), one(2, "codespace", Text), one(3, "code", U32),
    ];
    PRIVILEGE_USAGE = "stoa.privilege.v1.Usage": [one(1, "height", U64), one(2, "gas", U64)];
    GRANT_PRIVILEGE_RESPONSE = "stoa.privilege.v1.MsgGrantPrivilegeResponse": [];
    REVOKE_PRIVILEGE_RESPONSE = "stoa.privilege.v1.MsgRevokePrivilegeResponse": [];
    SET_AUTHORITY_RESPONSE = "stoa.privilege.v1.MsgSetAuthorityResponse": [];
    UPDATE_VALIDATORS_RESPONSE = "stoa.privilege.v1.MsgUpdateValidatorsResponse": [];

    VALIDATORS = "stoa.validators.v1.QueryValidatorsResponse": [
        many(1, "validators", Message(&VALIDATOR_STATUS)),
    ];
    VALIDATOR_STATUS = "stoa.validators.v1.ValidatorStatus": [
        one(1, "address", Text),
        one(2, "validator", Message(&VALIDATOR_RECORD)),
        one(3, "voting_power", U64),
    ];
    VALIDATOR_RECORD = "stoa.validators.v1.Validator": [
        one(1, "pub_key", Bytes),
        one(2, "power", U64),
        one(3, "operator", Text),
        one(4, "is_jailed", Bool),
    ];
}
