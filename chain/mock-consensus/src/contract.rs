//! The contract of `chain/modules/testdata/probe`, which does whatever it is told.

use std::io::Read as _;

use cosmos_sdk_proto::{Any, cosmos::base::abci::v1beta1::TxMsgData};
use flate2::read::GzDecoder;
use prost::{Message as _, Name};
use stoa_proto::cosmwasm::wasm::v1::{
    MsgExecuteContract, MsgInstantiateContract, MsgInstantiateContractResponse, MsgStoreCode,
    MsgStoreCodeResponse,
};

use crate::{Actor, MockChain, MockError};

/// Gas for an upload, and for anything that a contract does and ends.
pub const CONTRACT_GAS: u64 = 50_000_000;
/// The fee for it.
pub const CONTRACT_FEE: u128 = 1_250_000;

/// Its Wasm.
pub fn probe_wasm() -> Result<Vec<u8>, MockError> {
    let packed = include_bytes!("../../modules/testdata/probe.wasm.gz").as_slice();
    let mut wasm = Vec::new();
    GzDecoder::new(packed).read_to_end(&mut wasm)?;
    Ok(wasm)
}

fn any<M: Name>(message: &M) -> Any {
    Any { type_url: M::type_url(), value: message.encode_to_vec() }
}

/// A message that uploads `wasm`.
#[must_use]
pub fn store_code(sender: &Actor, wasm: Vec<u8>) -> Any {
    let sender = sender.address().to_string();
    any(&MsgStoreCode { sender, wasm_byte_code: wasm, instantiate_permission: None })
}

/// A message that makes a contract of a code.
#[must_use]
pub fn instantiate(sender: &Actor, code_id: u64) -> Any {
    any(&MsgInstantiateContract {
        sender: sender.address().to_string(),
        admin: String::new(),
        code_id,
        label: "probe".to_owned(),
        msg: b"{}".to_vec(),
        funds: vec![],
    })
}

/// A message for a contract.
#[must_use]
pub fn execute(sender: &Actor, contract: &str, message: &str) -> Any {
    any(&MsgExecuteContract {
        sender: sender.address().to_string(),
        contract: contract.to_owned(),
        msg: message.as_bytes().to_vec(),
        funds: vec![],
    })
}

impl MockChain {
    /// Uploads the probe and makes a contract of it, in two blocks; returns its address.
    pub fn deploy_probe(&mut self, owner: &Actor) -> Result<String, MockError> {
        let stored = self.deliver_big(owner, store_code(owner, probe_wasm()?))?;
        let code_id = MsgStoreCodeResponse::decode(stored.as_slice())?.code_id;
        let made = self.deliver_big(owner, instantiate(owner, code_id))?;
        Ok(MsgInstantiateContractResponse::decode(made.as_slice())?.address)
    }

    /// Delivers one message that must succeed; returns its answer.
    fn deliver_big(&mut self, actor: &Actor, message: Any) -> Result<Vec<u8>, MockError> {
        let tx = self.tx(actor)?.message(message).gas(CONTRACT_GAS).fee(CONTRACT_FEE).sign(actor);
        let result = self.deliver(tx)?;
        if !result.is_ok() {
            return Err(MockError::Failed(Box::new(result)));
        }
        let data = TxMsgData::decode(result.data.as_slice())?;
        Ok(data.msg_responses.into_iter().next().map(|answer| answer.value).unwrap_or_default())
    }
}
