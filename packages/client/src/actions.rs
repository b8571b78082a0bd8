//! What a key holder does: pay, call, upload, instantiate.

use cosmos_sdk_proto::cosmos::base::abci::v1beta1::TxMsgData;
use cosmwasm_std::Coin;
use prost::Message as _;
use serde::Serialize;
use stoa_primitives::ContentHash;
use stoa_proto::cosmwasm::wasm::v1::{
    MsgInstantiateContract, MsgInstantiateContractResponse, MsgStoreCodeResponse,
};

use crate::{
    Client,
    error::ClientError,
    query::encode_json,
    tx::{Message, TxOutcome, to_proto},
};

/// Code that was uploaded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StoredCode {
    /// Number of the code.
    pub code_id: u64,
    /// SHA-256 of the Wasm.
    pub checksum: ContentHash,
    /// The transaction.
    pub tx: TxOutcome,
}

/// A contract that was instantiated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Instantiated {
    /// Bech32 address of the contract.
    pub address: String,
    /// The transaction.
    pub tx: TxOutcome,
}

impl Client {
    /// Pays `coins` to `to`.
    pub async fn send(&self, to: &str, coins: &[Coin]) -> Result<TxOutcome, ClientError> {
        self.broadcast(vec![Message::send(self.address()?, to, coins)]).await
    }

    /// Calls a contract with a JSON message and attached funds.
    pub async fn execute(
        &self,
        contract: &str,
        message: &impl Serialize,
        funds: &[Coin],
    ) -> Result<TxOutcome, ClientError> {
        let json = encode_json("the message", message)?;
        self.broadcast(vec![Message::execute(self.address()?, contract, json, funds)]).await
    }

    /// Uploads Wasm.
    pub async fn store_code(&self, wasm: Vec<u8>) -> Result<StoredCode, ClientError> {
        let checksum = ContentHash::sha256(&wasm);
        let tx = self.broadcast(vec![Message::store_code(self.address()?, wasm)]).await?;
        let MsgStoreCodeResponse { code_id, .. } = first_response(&tx)?;
        Ok(StoredCode { code_id, checksum, tx })
    }

    /// Makes a contract from uploaded code; `admin` may migrate it later.
    pub async fn instantiate(
        &self,
        code_id: u64,
        message: &impl Serialize,
        label: &str,
        admin: Option<&str>,
        funds: &[Coin],
    ) -> Result<Instantiated, ClientError> {
        let message = MsgInstantiateContract {
            sender: self.address()?.to_owned(),
            admin: admin.unwrap_or_default().to_owned(),
            code_id,
            label: label.to_owned(),
            msg: encode_json("the message", message)?,
            funds: funds.iter().map(to_proto).collect(),
        };
        let tx = self.broadcast(vec![Message::instantiate(&message)]).await?;
        let MsgInstantiateContractResponse { address, .. } = first_response(&tx)?;
        Ok(Instantiated { address, tx })
    }
}

/// The typed answer to the transaction's first message.
fn first_response<R: prost::Message + Default>(tx: &TxOutcome) -> Result<R, ClientError> {
    let data = TxMsgData::decode(tx.data.as_slice())?;
    let missing = ClientError::Incomplete { missing: "the answer to the message" };
    Ok(R::decode(data.msg_responses.first().ok_or(missing)?.value.as_slice())?)
}
