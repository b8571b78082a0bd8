//! What the mempool and a wallet hear of a transaction before it is in a block.

use prost::Message as _;
use tendermint_proto::v0_38::abci::{Event, ExecTxResult, ResponseCheckTx};

use super::{Difference, results};
use crate::abci::Query;

/// What a node answers about one transaction before the block.
pub struct Admission {
    /// To a wallet that asks for the price.
    pub simulated: Query,
    /// To the mempool.
    pub checked: ResponseCheckTx,
}

/// The parts of `SimulateResponse` (`cosmos.tx.v1beta1`) that are compared.
#[derive(Clone, PartialEq, prost::Message)]
struct Simulation {
    #[prost(message, optional, tag = "1")]
    gas: Option<Gas>,
    #[prost(message, optional, tag = "2")]
    result: Option<Simulated>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Gas {
    #[prost(int64, tag = "1")]
    wanted: i64,
    #[prost(int64, tag = "2")]
    used: i64,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Simulated {
    #[prost(bytes = "vec", tag = "1")]
    data: Vec<u8>,
    #[prost(string, tag = "2")]
    log: String,
    #[prost(message, repeated, tag = "3")]
    events: Vec<Event>,
    #[prost(bytes = "vec", repeated, tag = "4")]
    responses: Vec<Vec<u8>>,
}

/// Every part of an admission that differs.
pub fn checks(wasmd: &ResponseCheckTx, stoad: &ResponseCheckTx) -> Vec<Difference> {
    results(&of_check(wasmd), &of_check(stoad)).1
}

/// Every part of a simulation that differs.
pub fn simulations(wasmd: &Query, stoad: &Query) -> Vec<Difference> {
    results(&of_simulation(wasmd), &of_simulation(stoad)).1
}

fn of_check(check: &ResponseCheckTx) -> ExecTxResult {
    ExecTxResult {
        code: check.code,
        data: check.data.clone(),
        log: check.log.clone(),
        info: String::new(),
        gas_wanted: check.gas_wanted,
        gas_used: check.gas_used,
        events: check.events.clone(),
        codespace: check.codespace.clone(),
    }
}

/// A simulation in the form of a result; the answers of the messages stand behind the data.
fn of_simulation(answer: &Query) -> ExecTxResult {
    let refused = ExecTxResult {
        code: answer.code,
        codespace: answer.codespace.clone(),
        log: without_source_lines(&answer.log),
        ..ExecTxResult::default()
    };
    if answer.code != 0 {
        return refused;
    }
    let Ok(Simulation { gas, result }) = Simulation::decode(answer.value.as_slice()) else {
        return ExecTxResult { log: "unreadable".to_owned(), code: u32::MAX, ..refused };
    };
    let (gas, result) = (gas.unwrap_or_default(), result.unwrap_or_default());
    let data = [vec![result.data], result.responses].concat().concat();
    ExecTxResult {
        data: data.into(),
        log: result.log,
        gas_wanted: gas.wanted,
        gas_used: gas.used,
        events: result.events,
        ..refused
    }
}

/// A text without the lines of Go source that the SDK puts into refused simulations, ` [path.go:151]`: they
/// name the binary, not the refusal.
fn without_source_lines(log: &str) -> String {
    let mut parts = log.split(" [");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once(']') {
            Some((place, rest)) if is_source_line(place) => text.push_str(rest),
            _ => text.extend([" [", part]),
        }
    }
    text
}

fn is_source_line(place: &str) -> bool {
    let line = place.rsplit_once(".go:").map(|(_, line)| line);
    line.is_some_and(|line| !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::Field;

    #[test]
    fn lines_of_source_are_left_out_and_other_brackets_stay() {
        let log = "no such contract [!cosm!wasm/wasmd@v0.60.8/x/wasm/types/errors.go:159] with gas [1 2] \
                   [x.go:] [open";
        let left = "no such contract with gas [1 2] [x.go:] [open";
        assert_eq!(without_source_lines(log), left);
    }

    fn simulation(used: i64, data: &[u8]) -> Query {
        let result = Simulated { data: data.to_vec(), ..Simulated::default() };
        let gas = Gas { wanted: 9, used };
        let value = Simulation { gas: Some(gas), result: Some(result) }.encode_to_vec();
        Query { value, ..Query::default() }
    }

    #[test]
    fn gas_and_results_of_simulations_are_compared() {
        let fields = |left: &Query, right: &Query| -> Vec<Field> {
            simulations(left, right).into_iter().map(|found| found.field).collect()
        };
        assert_eq!(fields(&simulation(5, b"a"), &simulation(5, b"a")), []);
        let found = fields(&simulation(5, b"a"), &simulation(6, b"b"));
        assert_eq!(found, [Field::GasUsed, Field::Data]);
        let refused = Query { code: 6, codespace: "sdk".to_owned(), ..Query::default() };
        assert_eq!(fields(&simulation(5, b""), &refused)[0], Field::Code);
        let broken = Query { value: vec![0xff], ..Query::default() };
        assert_eq!(fields(&simulation(5, b""), &broken)[0], Field::Code);
    }

    #[test]
    fn checks_are_compared_like_results() {
        let check = ResponseCheckTx { code: 5, gas_used: 7, ..ResponseCheckTx::default() };
        let other = ResponseCheckTx { code: 5, gas_used: 8, ..ResponseCheckTx::default() };
        assert_eq!(checks(&check, &check), []);
        assert_eq!(checks(&check, &other)[0].field, Field::GasUsed);
    }
}
