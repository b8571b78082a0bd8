//! The mempool connection.

use tendermint_proto::v0_38::abci::{CheckTxType, RequestCheckTx, ResponseCheckTx};

use super::event::gas;
use crate::{app::App, block::TxResult};

pub(super) fn check_tx(app: &App, request: &RequestCheckTx) -> ResponseCheckTx {
    response(app.check_tx(&request.tx, is_recheck(request)))
}

/// Answers requests that came together, in their order.
pub(super) fn check_txs(app: &App, requests: &[RequestCheckTx]) -> Vec<ResponseCheckTx> {
    if requests.iter().any(is_recheck) {
        return requests.iter().map(|request| check_tx(app, request)).collect();
    }
    let txs: Vec<&[u8]> = requests.iter().map(|request| request.tx.as_ref()).collect();
    app.check_new(&txs).into_iter().map(response).collect()
}

fn is_recheck(request: &RequestCheckTx) -> bool {
    request.r#type == CheckTxType::Recheck as i32
}

fn response(result: TxResult) -> ResponseCheckTx {
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
