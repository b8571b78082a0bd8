//! What is stored, by query.

use cosmrs::proto::{
    cosmos::{auth::v1beta1::QueryAccountRequest, bank::v1beta1::QueryAllBalancesRequest},
    cosmwasm::wasm::v1::{
        QueryAllContractStateRequest, QueryBuildAddressRequest, QueryCodeRequest,
        QueryContractHistoryRequest, QueryContractInfoRequest,
    },
};
use prost::Message as _;

use super::{Difference, Field};
use crate::abci::Query;

/// Length of the text of a contract's address; wallets have shorter ones.
const CONTRACT_TEXT: usize = 63;

/// Length of the SHA-256 of a code.
const CODE_HASH_BYTES: usize = 32;

/// A question: its name, path and request.
pub type Question = (String, &'static str, Vec<u8>);

/// What is asked about an address.
pub fn questions(address: &str) -> Vec<Question> {
    let named = |name: &str| format!("{name} of {address}");
    let address = address.to_owned();
    let balances =
        QueryAllBalancesRequest { address: address.clone(), ..QueryAllBalancesRequest::default() };
    let account = QueryAccountRequest { address: address.clone() };
    let mut questions = vec![
        (named("balances"), "/cosmos.bank.v1beta1.Query/AllBalances", balances.encode_to_vec()),
        (named("account"), "/cosmos.auth.v1beta1.Query/Account", account.encode_to_vec()),
    ];
    if address.len() == CONTRACT_TEXT {
        let info = QueryContractInfoRequest { address: address.clone() };
        let history = QueryContractHistoryRequest { address: address.clone(), pagination: None };
        let state = QueryAllContractStateRequest { address: address.clone(), pagination: None };
        questions.extend([
            (named("contract"), "/cosmwasm.wasm.v1.Query/ContractInfo", info.encode_to_vec()),
            (named("history"), "/cosmwasm.wasm.v1.Query/ContractHistory", history.encode_to_vec()),
            (named("state"), "/cosmwasm.wasm.v1.Query/AllContractState", state.encode_to_vec()),
        ]);
    }
    questions
}

/// What is asked after every block.
pub fn standing_questions() -> Vec<Question> {
    let salted = QueryBuildAddressRequest {
        code_hash: "ab".repeat(CODE_HASH_BYTES),
        creator_address: "stoa1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqagw28y".to_owned(),
        salt: "61".to_owned(),
        init_args: Vec::new(),
    };
    // `CodeInfo` asks with the same field as `Code`.
    let first = QueryCodeRequest { code_id: 1 };
    [
        ("/cosmwasm.wasm.v1.Query/Params", Vec::new()),
        ("/cosmwasm.wasm.v1.Query/PinnedCodes", Vec::new()),
        ("/cosmwasm.wasm.v1.Query/Codes", Vec::new()),
        ("/cosmwasm.wasm.v1.Query/WasmLimitsConfig", Vec::new()),
        ("/cosmwasm.wasm.v1.Query/CodeInfo", first.encode_to_vec()),
        ("/cosmwasm.wasm.v1.Query/BuildAddress", salted.encode_to_vec()),
    ]
    .map(|(path, request)| (path.to_owned(), path, request))
    .to_vec()
}

/// The difference of two answers, with the name of the question.
pub fn answers(what: &str, wasmd: &Query, stoad: &Query) -> Option<(String, Difference)> {
    let key = |answer: &Query| (answer.code, answer.codespace.clone(), answer.value.clone());
    if key(wasmd) == key(stoad) {
        return None;
    }
    let show = |answer: &Query| match answer.code {
        0 => hex::encode(&answer.value),
        code => format!("{}/{code}: {}", answer.codespace, answer.log),
    };
    let difference = Difference { field: Field::State, wasmd: show(wasmd), stoad: show(stoad) };
    Some((what.to_owned(), difference))
}
