//! Store operations that charge gas by the SDK's schedule.

use stoa_store::{Entry, KeyRange, Order, Overlay, StoreName};

use super::{Gas, GasMeter, ModuleError, kv};

fn bytes(length: usize, per_byte: Gas) -> Gas {
    Gas::try_from(length).unwrap_or(Gas::MAX).saturating_mul(per_byte)
}

pub(super) fn get(
    overlay: &Overlay,
    gas: &GasMeter,
    store: StoreName,
    key: &[u8],
) -> Result<Option<Vec<u8>>, ModuleError> {
    gas.charge(kv::READ_FLAT, "ReadFlat")?;
    let value = overlay.get(store, key)?;
    gas.charge(bytes(key.len(), kv::READ_PER_BYTE), "ReadPerByte")?;
    let value_bytes = value.as_ref().map_or(0, Vec::len);
    gas.charge(bytes(value_bytes, kv::READ_PER_BYTE), "ReadPerByte")?;
    Ok(value)
}

pub(super) fn has(
    overlay: &Overlay,
    gas: &GasMeter,
    store: StoreName,
    key: &[u8],
) -> Result<bool, ModuleError> {
    gas.charge(kv::HAS, "Has")?;
    Ok(overlay.get(store, key)?.is_some())
}

pub(super) fn set(
    overlay: &Overlay,
    gas: &GasMeter,
    store: StoreName,
    key: &[u8],
    value: Vec<u8>,
) -> Result<(), ModuleError> {
    gas.charge(kv::WRITE_FLAT, "WriteFlat")?;
    gas.charge(bytes(key.len(), kv::WRITE_PER_BYTE), "WritePerByte")?;
    gas.charge(bytes(value.len(), kv::WRITE_PER_BYTE), "WritePerByte")?;
    Ok(overlay.set(store, key, value)?)
}

pub(super) fn delete(
    overlay: &Overlay,
    gas: &GasMeter,
    store: StoreName,
    key: &[u8],
) -> Result<(), ModuleError> {
    gas.charge(kv::DELETE, "Delete")?;
    Ok(overlay.delete(store, key)?)
}

pub(super) fn first(
    overlay: &Overlay,
    gas: &GasMeter,
    store: StoreName,
    range: &KeyRange,
    order: Order,
) -> Result<Option<Entry>, ModuleError> {
    let entry = overlay.first(store, range, order)?;
    if let Some((key, value)) = &entry {
        gas.charge(bytes(key.len(), kv::READ_PER_BYTE), "ValuePerByte")?;
        gas.charge(bytes(value.len(), kv::READ_PER_BYTE), "ValuePerByte")?;
    }
    gas.charge(kv::ITERATOR_NEXT_FLAT, "IterNextCostFlat")?;
    Ok(entry)
}
