//! Results of one transaction.

use tendermint_proto::v0_38::abci::{Event, ExecTxResult};

use super::{Difference, Field};

/// Whether the oracle executed the transaction, and every part that differs.
pub fn results(wasmd: &ExecTxResult, stoad: &ExecTxResult) -> (bool, Vec<Difference>) {
    let code = |result: &ExecTxResult| format!("{}/{}", result.codespace, result.code);
    let pairs = [
        (Field::Code, code(wasmd), code(stoad)),
        (Field::GasWanted, wasmd.gas_wanted.to_string(), stoad.gas_wanted.to_string()),
        (Field::GasUsed, wasmd.gas_used.to_string(), stoad.gas_used.to_string()),
        (Field::Data, hex::encode(&wasmd.data), hex::encode(&stoad.data)),
        (Field::Log, wasmd.log.clone(), stoad.log.clone()),
    ];
    let mut differences: Vec<Difference> = pairs
        .into_iter()
        .filter(|(_, wasmd, stoad)| wasmd != stoad)
        .map(|(field, wasmd, stoad)| Difference { field, wasmd, stoad })
        .collect();
    differences.extend(events(&wasmd.events, &stoad.events));
    (wasmd.code == 0, differences)
}

/// The first event that differs.
fn events(wasmd: &[Event], stoad: &[Event]) -> Option<Difference> {
    if wasmd == stoad {
        return None;
    }
    let position = wasmd.iter().zip(stoad).take_while(|(left, right)| left == right).count();
    let show = |events: &[Event]| {
        let event = events.get(position).map_or_else(|| "nothing".to_owned(), shown);
        format!("event {position} of {}: {event}", events.len())
    };
    Some(Difference { field: Field::Events, wasmd: show(wasmd), stoad: show(stoad) })
}

fn shown(event: &Event) -> String {
    let attributes: Vec<String> = event
        .attributes
        .iter()
        .map(|attribute| {
            let mark = if attribute.index { "" } else { " (not indexed)" };
            format!("{}={}{mark}", attribute.key, attribute.value)
        })
        .collect();
    format!("{} {{{}}}", event.r#type, attributes.join(", "))
}

#[cfg(test)]
mod tests {
    use tendermint_proto::v0_38::abci::EventAttribute;

    use super::*;

    fn event(value: &str) -> Event {
        let attribute =
            EventAttribute { key: "key".to_owned(), value: value.to_owned(), index: true };
        Event { r#type: "kind".to_owned(), attributes: vec![attribute] }
    }

    #[test]
    fn every_part_is_compared_and_the_first_event_that_differs_is_shown() {
        let left = ExecTxResult { events: vec![event("a"), event("b")], ..Default::default() };
        assert_eq!(results(&left, &left), (true, Vec::new()));
        let right = ExecTxResult {
            code: 5,
            codespace: "sdk".to_owned(),
            gas_used: 7,
            events: vec![event("a"), event("c"), event("d")],
            ..Default::default()
        };
        let (_, found) = results(&left, &right);
        let fields: Vec<Field> = found.iter().map(|difference| difference.field).collect();
        assert_eq!(fields, [Field::Code, Field::GasUsed, Field::Events]);
        let events = found.last().unwrap();
        assert_eq!(events.stoad, "event 1 of 3: kind {key=c}");
    }

    #[test]
    fn a_missing_event_is_a_difference() {
        let found = events(&[event("a")], &[]).unwrap();
        assert_eq!(found.stoad, "event 0 of 0: nothing");
    }
}
