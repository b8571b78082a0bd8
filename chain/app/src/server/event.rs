//! Events and gas on the wire.

use stoa_modules::{Event, Gas};
use tendermint_proto::v0_38::abci::{Event as RawEvent, EventAttribute};

pub(crate) fn events(events: Vec<Event>) -> Vec<RawEvent> {
    events.into_iter().map(event).collect()
}

fn event(event: Event) -> RawEvent {
    let attribute = |attribute: stoa_modules::core::Attribute| EventAttribute {
        key: attribute.key,
        value: attribute.value,
        index: true,
    };
    let attributes = event.attributes.into_iter().map(attribute).collect();
    RawEvent { r#type: event.kind, attributes }
}

/// Gas as ABCI's signed integer; what does not fit becomes negative, as in the SDK.
pub(super) const fn gas(gas: Gas) -> i64 {
    gas.cast_signed()
}
