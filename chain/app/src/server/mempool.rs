//! The mempool connection.

use tendermint_proto::v0_38::abci::{CheckTxType, RequestCheckTx, ResponseCheckTx};

use super::event::{events, gas};
use crate::{app::App, block::TxResult};

pub(super) fn check_tx(app: &App, request: &RequestCheckTx) -> ResponseCheckTx {
    let is_recheck = request.r#type == CheckTxType::Recheck as i32;
    let result = app.check_tx(&request.tx, is_recheck);
    let TxResult { code, codespace, log, data, gas_wanted, gas_used, events: emitted } = result;
    ResponseCheckTx {
        code,
        data: data.into(),
        log,
        info: String::new(),
        gas_wanted: gas(gas_wanted),
        gas_used: gas(gas_used),
        events: events(emitted),
        codespace,
    }
}
