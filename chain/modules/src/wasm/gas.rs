//! The gas schedule of contracts (wasmd `x/wasm/types/gas_register.go`, `keeper/api.go`; wasmvm).

use cosmwasm_std::{Attribute, Event, Reply, SubMsgResult};

use crate::{Context, Gas, GasMeter, OutOfGas};

/// VM gas for one unit of SDK gas.
pub(super) const VM_GAS_PER_GAS: u64 = 140_000;
/// Loading a contract.
const SETUP: Gas = 60_000;
/// Loading a contract that is pinned or was loaded before in this transaction, and each reply.
const SETUP_LOADED: Gas = 2_000;
/// Pinning a code, and ending that.
pub(super) const PIN: Gas = 500_000;
/// Checking and compiling, per byte of Wasm.
const COMPILE_PER_BYTE: Gas = 3;
/// Unpacking gzip: 15 hundredths per byte of the archive.
const UNPACK_PER_100_BYTES: Gas = 15;
/// Reading what a contract returns, per byte of JSON.
pub(super) const RESPONSE_PER_BYTE: Gas = 1;
/// Each attribute of an event.
const ATTRIBUTE: Gas = 10;
/// Bytes of keys and values.
const ATTRIBUTE_PER_BYTE: Gas = 1;
/// Bytes of keys and values that each response has for nothing.
const FREE_ATTRIBUTE_BYTES: Gas = 100;
/// Each event besides the contract's plain attributes.
const CUSTOM_EVENT: Gas = 20;
/// A message wrapped in `Any`: flat, and per 1024 bytes.
const ANY_FLAT: Gas = 5;
const ANY_PER_KIB: Gas = 1;

/// Address functions, in SDK gas.
pub(super) mod address {
    use crate::Gas;

    /// Bytes to text.
    pub(in crate::wasm) const HUMANIZE: Gas = 5;
    /// Text to bytes.
    pub(in crate::wasm) const CANONICALIZE: Gas = 4;
    /// Both.
    pub(in crate::wasm) const VALIDATE: Gas = HUMANIZE + CANONICALIZE;
}

/// A length as gas.
pub(super) fn length(bytes: usize) -> Gas {
    Gas::try_from(bytes).unwrap_or(Gas::MAX)
}

/// SDK gas as VM gas.
pub(super) const fn to_vm(gas: Gas) -> u64 {
    gas.saturating_mul(VM_GAS_PER_GAS)
}

/// VM gas as SDK gas, rounded down.
pub(super) const fn from_vm(gas: u64) -> Gas {
    gas / VM_GAS_PER_GAS
}

/// What the VM may use before the meter is empty.
pub(super) fn vm_limit(meter: &GasMeter) -> u64 {
    if meter.limit() == Gas::MAX { u64::MAX } else { to_vm(meter.remaining()) }
}

/// Charges what the VM used itself; an empty meter after that is out of gas, as the VM stops at zero.
pub(super) fn charge_vm(ctx: &Context, used_internally: u64) -> Result<(), OutOfGas> {
    ctx.gas.charge(from_vm(used_internally), "wasm contract")?;
    if ctx.gas.remaining() == 0 {
        return Err(OutOfGas {
            location: "Wasm engine function execution",
            limit: ctx.gas.limit(),
            used: ctx.gas.used(),
        });
    }
    Ok(())
}

/// Loading a contract.
pub(super) const fn setup(is_loaded: bool) -> Gas {
    if is_loaded { SETUP_LOADED } else { SETUP }
}

/// Checking and compiling `bytes` of Wasm.
pub(super) fn compile(bytes: usize) -> Gas {
    length(bytes).saturating_mul(COMPILE_PER_BYTE)
}

/// Unpacking an archive of `bytes`.
pub(super) fn unpack(bytes: usize) -> Gas {
    length(bytes).saturating_mul(UNPACK_PER_100_BYTES) / 100
}

/// Decoding a message in `Any` of `bytes`.
pub(super) fn any_message(bytes: usize) -> Gas {
    ANY_FLAT.saturating_add(length(bytes).saturating_mul(ANY_PER_KIB) / 1024)
}

/// Events of a response: its plain attributes and its custom events.
pub(super) fn events(attributes: &[Attribute], events: &[Event]) -> Gas {
    let mut free = FREE_ATTRIBUTE_BYTES;
    let mut gas = attribute_gas(attributes, &mut free);
    for event in events {
        let kind = length(event.ty.len()).saturating_mul(ATTRIBUTE_PER_BYTE);
        gas = gas
            .saturating_add(CUSTOM_EVENT)
            .saturating_add(kind)
            .saturating_add(attribute_gas(&event.attributes, &mut free));
    }
    gas
}

/// Loading a contract for its reply, and the events that it is shown.
pub(super) fn reply(reply: &Reply) -> Gas {
    let SubMsgResult::Ok(response) = &reply.result else { return SETUP_LOADED };
    let mut free = FREE_ATTRIBUTE_BYTES;
    let attributes: Vec<Attribute> =
        response.events.iter().flat_map(|event| event.attributes.iter().cloned()).collect();
    response
        .events
        .iter()
        .fold(SETUP_LOADED.saturating_add(attribute_gas(&attributes, &mut free)), |gas, event| {
            gas.saturating_add(length(event.ty.len()) * ATTRIBUTE_PER_BYTE)
        })
}

fn attribute_gas(attributes: &[Attribute], free: &mut Gas) -> Gas {
    let bytes = attributes.iter().fold(0, |sum: Gas, attribute| {
        sum.saturating_add(length(attribute.key.len()))
            .saturating_add(length(attribute.value.len()))
    });
    let charged = bytes.saturating_sub(*free);
    *free = free.saturating_sub(bytes);
    length(attributes.len())
        .saturating_mul(ATTRIBUTE)
        .saturating_add(charged.saturating_mul(ATTRIBUTE_PER_BYTE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_cost_by_the_table_of_wasmd() {
        // Cases and sums by hand from `gas_register.go`: 10 an attribute, 1 a byte past 100 free ones.
        let attribute =
            |bytes: usize| Attribute { key: "k".to_owned(), value: "v".repeat(bytes - 1) };
        assert_eq!(events(&[], &[]), 0);
        assert_eq!(events(&[attribute(100)], &[]), 10);
        assert_eq!(events(&[attribute(101)], &[]), 11);
        assert_eq!(events(&[attribute(60), attribute(60)], &[]), 40);
        let event = Event::new("hello").add_attributes([attribute(60)]);
        assert_eq!(events(&[attribute(60)], std::slice::from_ref(&event)), 10 + 20 + 5 + 10 + 20);
        assert_eq!(events(&[], &[event.clone(), event]), 2 * (20 + 5 + 10) + 20);
    }

    #[test]
    fn code_costs_three_a_byte_and_archives_fifteen_hundredths() {
        assert_eq!(compile(800 * 1024), 2_457_600);
        assert_eq!([unpack(0), unpack(6), unpack(7), unpack(100)], [0, 0, 1, 15]);
    }

    #[test]
    fn vm_gas_rounds_down_and_never_overflows() {
        assert_eq!(from_vm(to_vm(7) + 139_999), 7);
        assert_eq!(vm_limit(&GasMeter::unlimited()), u64::MAX);
        assert_eq!(vm_limit(&GasMeter::new(Gas::MAX - 1)), u64::MAX);
    }
}
