//! Simulate, sign, send, await: one transaction at a time.

use std::time::Instant;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use cosmwasm_std::Coin;
use tendermint::{Hash, abci::types::ExecTxResult};
use tendermint_rpc::Client as _;

use crate::{
    Client,
    error::ClientError,
    events::Event,
    tx::{Account, Message, TxOutcome, TxRefusal, Unsigned, transaction_hash},
};

/// What CometBFT answers when the same bytes are already pending.
const ALREADY_PENDING: &str = "tx already exists in cache";

impl Client {
    /// Sends the messages in one transaction and waits until a block holds it.
    ///
    /// After [`ClientError::NotIncluded`] the transaction may still be included: ask the chain's
    /// state before sending its like again.
    pub async fn broadcast(&self, messages: Vec<Message>) -> Result<TxOutcome, ClientError> {
        let _queue = self.sending().lock().await;
        let policy = self.policy();
        let mut attempt = 0;
        let hash = loop {
            match self.submit(&messages).await {
                Err(ClientError::Simulation(refusal) | ClientError::Refused(refusal))
                    if refusal.is_sequence_conflict() && attempt < policy.max_sequence_retries =>
                {
                    attempt += 1;
                    tracing::debug!(attempt, %refusal, "signing anew with a fresh sequence");
                    tokio::time::sleep(policy.sequence_retry_delay).await;
                }
                other => break other?,
            }
        };
        self.await_inclusion(hash).await
    }

    /// One attempt with the account's current sequence; returns the transaction's hash.
    async fn submit(&self, messages: &[Message]) -> Result<[u8; 32], ClientError> {
        let key = self.key()?;
        let account = self.account(key.address()).await?;
        let gas_limit = self.estimate(messages, account).await?;
        let network = self.network();
        let fee = Coin {
            denom: network.gas_price.denom.clone(),
            amount: network.gas_price.fee(gas_limit),
        };
        let fee = if fee.amount.is_zero() { Vec::new() } else { vec![fee] };
        let bytes = Unsigned { messages, account, gas_limit, fee }.sign(key, &network.chain_id);
        let hash = transaction_hash(&bytes);
        match self.rpc().broadcast_tx_sync(bytes).await {
            Ok(answer) if answer.code.is_ok() => Ok(hash),
            Ok(answer) => Err(ClientError::Refused(TxRefusal {
                codespace: answer.codespace,
                code: answer.code.value(),
                raw_log: answer.log,
            })),
            Err(error) if error.to_string().contains(ALREADY_PENDING) => {
                Err(ClientError::Refused(TxRefusal::already_pending(ALREADY_PENDING.to_owned())))
            }
            Err(error) => Err(self.rpc_error(error)),
        }
    }

    async fn estimate(&self, messages: &[Message], account: Account) -> Result<u64, ClientError> {
        let unsigned = Unsigned { messages, account, gas_limit: 0, fee: Vec::new() };
        let simulated = self.simulate(unsigned.for_simulation(self.key()?)).await;
        match simulated {
            Ok(gas) => Ok(self.policy().gas_limit(gas)),
            Err(ClientError::Query { codespace, code, log, .. }) => {
                Err(ClientError::Simulation(TxRefusal { codespace, code, raw_log: log }))
            }
            Err(other) => Err(other),
        }
    }

    /// Polls for the transaction; a node that does not answer for a while is asked again.
    async fn await_inclusion(&self, hash: [u8; 32]) -> Result<TxOutcome, ClientError> {
        let policy = self.policy();
        let started = Instant::now();
        let name = Hash::Sha256(hash);
        loop {
            if let Ok(found) = self.rpc().tx(name, false).await {
                return outcome(name.to_string(), found.height.value(), found.tx_result);
            }
            if started.elapsed() >= policy.inclusion_timeout {
                return Err(ClientError::NotIncluded {
                    hash: name.to_string(),
                    waited: policy.inclusion_timeout,
                });
            }
            tokio::time::sleep(policy.inclusion_poll).await;
        }
    }
}

fn outcome(hash: String, height: u64, result: ExecTxResult) -> Result<TxOutcome, ClientError> {
    if result.code.is_err() {
        let refusal = TxRefusal {
            codespace: result.codespace,
            code: result.code.value(),
            raw_log: result.log,
        };
        return Err(ClientError::Failed { hash, height, refusal });
    }
    // tendermint-rpc hands this field on as CometBFT's JSON spells it.
    let data = BASE64_STANDARD
        .decode(&result.data)
        .map_err(|_| ClientError::Incomplete { missing: "the transaction's data in base64" })?;
    Ok(TxOutcome {
        hash,
        height,
        gas_wanted: result.gas_wanted,
        gas_used: result.gas_used,
        events: result.events.iter().map(Event::from_abci).collect(),
        data,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_execution_keeps_the_code_that_the_chain_gave() {
        let result = ExecTxResult {
            code: 5.into(),
            codespace: "wasm".to_owned(),
            log: "the deadline passed".to_owned(),
            ..Default::default()
        };
        let error = outcome("AB".to_owned(), 7, result).unwrap_err();
        assert_eq!(
            error.to_string(),
            "transaction AB failed in block 7: the deadline passed (wasm 5)"
        );
        assert!(!error.is_transient());
    }
}
