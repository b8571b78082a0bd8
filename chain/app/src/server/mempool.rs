//! The mempool connection.

use tendermint_proto::v0_38::abci::{CheckTxType, RequestCheckTx, ResponseCheckTx};

use super::event::gas;
use crate::{app::App, block::TxResult};

pub(super) fn check_tx(app: &App, request: &RequestCheckTx) -> ResponseCheckTx {
    let is_recheck = request.r#type == CheckTxType::Recheck as i32;
    let result = app.check_tx(&request.tx, is_recheck);
    // As in the SDK nothing is said about events: the block will say it.
    let TxResult { code, codespace, log, data, gas_wanted, gas_used, events: _ } = result;
    ResponseCheckTx {
        code,
        data: data.into(),
        log,
        info: String::new(),
        gas_wanted: gas(gas_wanted),
        gas_used: gas(gas_used),
        events: Vec::new(),
        codespace,
    }
}
