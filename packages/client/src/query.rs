//! Questions to the chain by `abci_query`: no gRPC port is needed.

use cosmos_sdk_proto::cosmos::{
    auth::v1beta1::{BaseAccount, ModuleAccount, QueryAccountRequest, QueryAccountResponse},
    bank::v1beta1::{
        QueryAllBalancesRequest, QueryAllBalancesResponse, QueryBalanceRequest,
        QueryBalanceResponse,
    },
    base::v1beta1::Coin as ProtoCoin,
    tx::v1beta1::{SimulateRequest, SimulateResponse},
};
use cosmwasm_std::{Coin, Uint128};
use prost::{Message as _, Name as _};
use serde::{Serialize, de::DeserializeOwned};
use stoa_proto::cosmwasm::wasm::v1::{
    QueryContractInfoRequest, QueryContractInfoResponse, QuerySmartContractStateRequest,
    QuerySmartContractStateResponse,
};
use tendermint_rpc::Client as _;

use crate::{Client, error::ClientError, tx::Account};

const ACCOUNT: &str = "/cosmos.auth.v1beta1.Query/Account";
const BALANCE: &str = "/cosmos.bank.v1beta1.Query/Balance";
const ALL_BALANCES: &str = "/cosmos.bank.v1beta1.Query/AllBalances";
const SIMULATE: &str = "/cosmos.tx.v1beta1.Service/Simulate";
const SMART_QUERY: &str = "/cosmwasm.wasm.v1.Query/SmartContractState";
const CONTRACT_INFO: &str = "/cosmwasm.wasm.v1.Query/ContractInfo";

/// `ErrKeyNotFound` of the Cosmos SDK, to which gRPC's `NotFound` is translated.
const NOT_FOUND: u32 = 22;

/// Where the node stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChainStatus {
    /// Chain id.
    pub chain_id: String,
    /// Last committed height.
    pub height: u64,
    /// Time of that block, RFC 3339.
    pub block_time: String,
    /// The node is still fetching old blocks.
    pub is_catching_up: bool,
    /// Version of CometBFT.
    pub node_version: String,
}

/// What the chain keeps about a contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ContractRecord {
    /// Its code.
    pub code_id: u64,
    /// Who instantiated it.
    pub creator: String,
    /// Who may migrate it; empty when nobody.
    pub admin: String,
    /// Human-readable label.
    pub label: String,
}

impl Client {
    /// Last committed height.
    pub async fn height(&self) -> Result<u64, ClientError> {
        Ok(self.status().await?.height)
    }

    /// Where the node stands.
    pub async fn status(&self) -> Result<ChainStatus, ClientError> {
        let status = self.rpc().status().await.map_err(|error| self.rpc_error(error))?;
        Ok(ChainStatus {
            chain_id: status.node_info.network.to_string(),
            height: status.sync_info.latest_block_height.value(),
            block_time: status.sync_info.latest_block_time.to_rfc3339(),
            is_catching_up: status.sync_info.catching_up,
            node_version: status.node_info.version.to_string(),
        })
    }

    /// What `address` owns of `denom`; zero for an unknown account.
    pub async fn balance(&self, address: &str, denom: &str) -> Result<Uint128, ClientError> {
        let request = QueryBalanceRequest { address: address.to_owned(), denom: denom.to_owned() };
        let response: QueryBalanceResponse = self.abci(BALANCE, &request).await?;
        response.balance.map_or(Ok(Uint128::zero()), |coin| Ok(from_proto(coin)?.amount))
    }

    /// Everything that `address` owns (first page of the chain's default size).
    pub async fn balances(&self, address: &str) -> Result<Vec<Coin>, ClientError> {
        let request = QueryAllBalancesRequest { address: address.to_owned(), ..Default::default() };
        let response: QueryAllBalancesResponse = self.abci(ALL_BALANCES, &request).await?;
        response.balances.into_iter().map(from_proto).collect()
    }

    /// Number and sequence of an account.
    pub async fn account(&self, address: &str) -> Result<Account, ClientError> {
        let request = QueryAccountRequest { address: address.to_owned() };
        let missing = || ClientError::AccountMissing { address: address.to_owned() };
        let response: QueryAccountResponse = match self.abci(ACCOUNT, &request).await {
            Err(ClientError::Query { code, log, .. })
                if code == NOT_FOUND || log.contains("not found") =>
            {
                return Err(missing());
            }
            other => other?,
        };
        let account = response.account.ok_or_else(missing)?;
        let base = if account.type_url == ModuleAccount::type_url() {
            ModuleAccount::decode(account.value.as_slice())?.base_account.ok_or_else(missing)?
        } else {
            BaseAccount::decode(account.value.as_slice())?
        };
        Ok(Account { number: base.account_number, sequence: base.sequence })
    }

    /// Asks a contract; `query` and the answer are JSON.
    pub async fn smart_query<R: DeserializeOwned>(
        &self,
        contract: &str,
        query: &impl Serialize,
    ) -> Result<R, ClientError> {
        let query_data = encode_json("the query", query)?;
        let request = QuerySmartContractStateRequest { address: contract.to_owned(), query_data };
        let response: QuerySmartContractStateResponse = self.abci(SMART_QUERY, &request).await?;
        serde_json::from_slice(&response.data)
            .map_err(|source| ClientError::Json { what: "the contract's answer", source })
    }

    /// What the chain keeps about a contract.
    pub async fn contract_info(&self, contract: &str) -> Result<ContractRecord, ClientError> {
        let request = QueryContractInfoRequest { address: contract.to_owned() };
        let response: QueryContractInfoResponse = self.abci(CONTRACT_INFO, &request).await?;
        let info =
            response.contract_info.ok_or(ClientError::Incomplete { missing: "contract_info" })?;
        Ok(ContractRecord {
            code_id: info.code_id,
            creator: info.creator,
            admin: info.admin,
            label: info.label,
        })
    }

    /// Gas that the transaction would use now.
    pub(crate) async fn simulate(&self, tx_bytes: Vec<u8>) -> Result<u64, ClientError> {
        let request = SimulateRequest { tx_bytes, ..Default::default() };
        let response: SimulateResponse = self.abci(SIMULATE, &request).await?;
        let gas = response.gas_info.ok_or(ClientError::Incomplete { missing: "gas_info" })?;
        Ok(gas.gas_used)
    }

    async fn abci<Q: prost::Message, R: prost::Message + Default>(
        &self,
        path: &'static str,
        request: &Q,
    ) -> Result<R, ClientError> {
        let answer = self
            .rpc()
            .abci_query(Some(path.to_owned()), request.encode_to_vec(), None, false)
            .await
            .map_err(|error| self.rpc_error(error))?;
        if answer.code.is_err() {
            return Err(ClientError::Query {
                path,
                codespace: answer.codespace,
                code: answer.code.value(),
                log: answer.log,
            });
        }
        Ok(R::decode(answer.value.as_slice())?)
    }
}

pub(crate) fn encode_json(
    what: &'static str,
    value: &impl Serialize,
) -> Result<Vec<u8>, ClientError> {
    serde_json::to_vec(value).map_err(|source| ClientError::Json { what, source })
}

fn from_proto(coin: ProtoCoin) -> Result<Coin, ClientError> {
    let amount = coin
        .amount
        .parse::<Uint128>()
        .map_err(|_| ClientError::Incomplete { missing: "a whole amount" })?;
    Ok(Coin { denom: coin.denom, amount })
}
