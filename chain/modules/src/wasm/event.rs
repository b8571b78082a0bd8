//! Events of this module and of contracts (wasmd `x/wasm/keeper/events.go`).

use cosmwasm_std::{Attribute as StdAttribute, Event as StdEvent, Response};
use stoa_proto::cosmwasm::wasm::v1::{AccessConfig, AccessType};

use super::{error::WasmError, params, vm::Code};
use crate::{Event, auth::AccAddress, core::Attribute};

/// Key of the attribute that names the contract, first in each of its events.
const CONTRACT_ADDRESS: &str = "_contract_address";
/// Keys that start so are not the contract's to use.
const RESERVED_PREFIX: char = '_';
/// A contract's event type has more than so many bytes.
const MIN_KIND_BYTES: usize = 2;
/// Type of events that are not passed on from submessages.
const MESSAGE: &str = "message";

/// `store_code`. wasmd means to add the capabilities that the code requires, and does not.
pub(super) fn store_code(code: &Code, code_id: u64) -> Event {
    Event::new("store_code")
        .with("code_checksum", hex::encode(code.checksum))
        .with("code_id", code_id.to_string())
}

/// `instantiate`.
pub(super) fn instantiate(contract: &AccAddress, code_id: u64) -> Event {
    of_contract("instantiate", contract).with("code_id", code_id.to_string())
}

/// `execute`.
pub(super) fn execute(contract: &AccAddress) -> Event {
    of_contract("execute", contract)
}

/// `sudo`.
pub(super) fn sudo(contract: &AccAddress) -> Event {
    of_contract("sudo", contract)
}

/// `migrate`.
pub(super) fn migrate(contract: &AccAddress, code_id: u64) -> Event {
    Event::new("migrate")
        .with("code_id", code_id.to_string())
        .with(CONTRACT_ADDRESS, contract.to_string())
}

/// `reply`.
pub(super) fn reply(contract: &AccAddress) -> Event {
    of_contract("reply", contract)
}

/// `update_contract_admin`; an empty admin was cleared.
pub(super) fn update_admin(contract: &AccAddress, admin: &str) -> Event {
    of_contract("update_contract_admin", contract).with("new_admin_address", admin)
}

/// `update_contract_label`.
pub(super) fn update_label(contract: &AccAddress, label: &str) -> Event {
    of_contract("update_contract_label", contract).with("new_label", label)
}

/// `update_code_access_config`.
pub(super) fn update_permission(code_id: u64, permission: &AccessConfig) -> Event {
    let event = Event::new("update_code_access_config")
        .with("code_permission", params::access_name(permission.permission()))
        .with("code_id", code_id.to_string());
    match permission.permission() {
        AccessType::AnyOfAddresses if !permission.addresses.is_empty() => {
            event.with("authorized_addresses", permission.addresses.join(","))
        }
        _ => event,
    }
}

/// `pin_code`.
pub(super) fn pin(code_id: u64) -> Event {
    Event::new("pin_code").with("code_id", code_id.to_string())
}

/// `unpin_code`.
pub(super) fn unpin(code_id: u64) -> Event {
    Event::new("unpin_code").with("code_id", code_id.to_string())
}

/// The events that a contract's response asks for.
pub(super) fn of_response(
    contract: &AccAddress,
    response: &Response,
) -> Result<Vec<Event>, WasmError> {
    let mut events = Vec::new();
    if !response.attributes.is_empty() {
        events.push(with_attributes("wasm", contract, &response.attributes)?);
    }
    for event in &response.events {
        let kind = event.ty.trim();
        if kind.len() <= MIN_KIND_BYTES {
            return Err(WasmError::Event { what: format!("Event type too short: '{kind}'") });
        }
        events.push(with_attributes(&format!("wasm-{kind}"), contract, &event.attributes)?);
    }
    Ok(events)
}

/// Drops what a submessage's events say about the message itself.
pub(super) fn without_message_events(events: &mut Vec<Event>) {
    events.retain(|event| event.kind != MESSAGE);
}

/// Sorts the attributes of events that a contract is shown. On wasmd the emitted events share memory
/// with them and are sorted too; so they are here.
pub(super) fn sort_attributes(events: &mut [Event]) {
    for event in events {
        event.attributes.sort_by(|left, right| left.key.cmp(&right.key));
    }
}

/// Events as a contract sees them.
pub(super) fn to_std(events: &[Event]) -> Vec<StdEvent> {
    let attribute = |attribute: &Attribute| StdAttribute {
        key: attribute.key.clone(),
        value: attribute.value.clone(),
    };
    events
        .iter()
        .map(|event| {
            let mut seen = StdEvent::new(event.kind.clone());
            seen.attributes = event.attributes.iter().map(attribute).collect();
            seen
        })
        .collect()
}

fn of_contract(kind: &str, contract: &AccAddress) -> Event {
    Event::new(kind).with(CONTRACT_ADDRESS, contract.to_string())
}

fn with_attributes(
    kind: &str,
    contract: &AccAddress,
    attributes: &[StdAttribute],
) -> Result<Event, WasmError> {
    let mut event = of_contract(kind, contract);
    for attribute in attributes {
        let key = attribute.key.trim();
        if key.is_empty() {
            let what = format!("Empty attribute key. Value: {}", attribute.value);
            return Err(WasmError::Event { what });
        }
        if key.starts_with(RESERVED_PREFIX) {
            let what = format!("Attribute key starts with reserved prefix _: '{key}'");
            return Err(WasmError::Event { what });
        }
        event = event.with(key, attribute.value.trim());
    }
    Ok(event)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contract() -> AccAddress {
        AccAddress::new(vec![7; 32]).unwrap()
    }

    #[test]
    fn a_response_without_attributes_has_no_wasm_event() {
        assert!(of_response(&contract(), &Response::new()).unwrap().is_empty());
    }

    #[test]
    fn keys_values_and_types_are_trimmed_and_the_contract_comes_first() {
        let mut event = StdEvent::new(" done ");
        event.attributes = vec![StdAttribute { key: " a ".into(), value: " b ".into() }];
        let response: Response = Response::new().add_attribute(" k ", " v ").add_event(event);
        let address = contract().to_string();
        assert_eq!(
            of_response(&contract(), &response).unwrap(),
            [
                Event::new("wasm").with("_contract_address", &address).with("k", "v"),
                Event::new("wasm-done").with("_contract_address", &address).with("a", "b"),
            ]
        );
    }

    #[test]
    fn short_types_and_reserved_or_empty_keys_are_refused() {
        let key = |key: &str| StdAttribute { key: key.into(), value: String::new() };
        for bad in ["", "  ", "_x", " _contract_address"] {
            let mut response: Response = Response::new();
            response.attributes = vec![key(bad)];
            assert!(matches!(of_response(&contract(), &response), Err(WasmError::Event { .. })));
        }
        for bad in ["", "ab", " ab "] {
            let response: Response = Response::new().add_event(StdEvent::new(bad));
            assert!(of_response(&contract(), &response).is_err());
        }
    }

    #[test]
    fn sorting_keeps_the_order_of_equal_keys() {
        let mut events =
            vec![Event::new("e").with("b", "1").with("a", "2").with("b", "3").with("_c", "4")];
        sort_attributes(&mut events);
        let expected = Event::new("e").with("_c", "4").with("a", "2").with("b", "1").with("b", "3");
        assert_eq!(events, [expected]);
    }
}
