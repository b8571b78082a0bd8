//! What a transaction would cost and answer.

use cosmos_sdk_proto::cosmos::{
    base::abci::v1beta1::{GasInfo, Result as TxOutcome, TxMsgData},
    tx::v1beta1::{SimulateRequest, SimulateResponse},
};
use prost::Message as _;
use stoa_modules::{
    ExecMode,
    core::{BlockCode, BlockGas},
};

use super::Failure;
use crate::{
    app::App,
    block::TxResult,
    deliver::TxRun,
    error::{Refusal, sdk_code},
    server,
};

impl App {
    /// Answers `cosmos.tx.v1beta1.Service/Simulate`.
    pub(super) fn simulate_request(&self, data: &[u8]) -> Result<Vec<u8>, Failure> {
        let invalid = |what: &str| {
            let log = format!("rpc error: code = InvalidArgument desc = {what}: invalid request");
            Refusal::sdk(sdk_code::INVALID_REQUEST, log)
        };
        let request = SimulateRequest::decode(data).map_err(|e| invalid(&e.to_string()))?;
        // The field is deprecated and still what some clients fill in.
        #[allow(deprecated)]
        let tx_bytes = match request.tx {
            Some(tx) if request.tx_bytes.is_empty() => tx.encode_to_vec(),
            _ => request.tx_bytes,
        };
        if tx_bytes.is_empty() {
            return Err(invalid("empty txBytes is not allowed").into());
        }
        self.simulate_bytes(&tx_bytes)
    }

    /// Runs a transaction on top of what the mempool has admitted, drops its effects and returns a
    /// protobuf `SimulateResponse`. Signatures may be empty.
    pub(super) fn simulate_bytes(&self, tx_bytes: &[u8]) -> Result<Vec<u8>, Failure> {
        let _turn = self.gates.simulations.enter()?;
        let (overlay, block, limits) = {
            let mempool = self.mempool()?;
            let Some(state) = mempool.as_ref() else {
                let log = "the chain has not begun: invalid request";
                return Err(Refusal::sdk(sdk_code::INVALID_REQUEST, log).into());
            };
            (state.overlay.fork()?, state.block.clone(), state.limits)
        };
        let run = TxRun {
            modules: &self.modules,
            ante: &self.ante,
            verified: &self.verified,
            overlay: &overlay,
            block: &block,
            mode: ExecMode::Simulate,
            limits,
            block_gas: BlockGas::default(),
            block_code: BlockCode::default(),
        };
        let result = run.run(tx_bytes)?.result;
        if result.is_ok() { Ok(response(result)?) } else { Err(refused(&result).into()) }
    }
}

/// The SDK's wording: clients look for the error's text inside it.
fn refused(result: &TxResult) -> Refusal {
    let log = format!(
        "rpc error: code = Unknown desc = {} with gas used: '{}': unknown request",
        result.log, result.gas_used
    );
    Refusal::sdk(sdk_code::UNKNOWN_REQUEST, log)
}

fn response(result: TxResult) -> Result<Vec<u8>, prost::DecodeError> {
    let gas_info = GasInfo { gas_wanted: result.gas_wanted, gas_used: result.gas_used };
    let msg_responses = TxMsgData::decode(&*result.data)?.msg_responses;
    let mut events = server::events(result.events);
    // Nobody indexes what did not happen.
    for attribute in events.iter_mut().flat_map(|event| &mut event.attributes) {
        attribute.index = false;
    }
    #[allow(deprecated)]
    let outcome = TxOutcome { data: result.data, log: String::new(), events, msg_responses };
    Ok(SimulateResponse { gas_info: Some(gas_info), result: Some(outcome) }.encode_to_vec())
}
