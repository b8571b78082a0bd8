//! Store operations that charge gas by the SDK's schedule (`store/gaskv`), and the charges alone.

use stoa_store::{Entry, KeyRange, Order, Overlay, StoreName};

use super::{Gas, GasMeter, ModuleError, OutOfGas, kv};

fn bytes(length: usize, per_byte: Gas) -> Gas {
    Gas::try_from(length).unwrap_or(Gas::MAX).saturating_mul(per_byte)
}

pub(super) fn charge_has(gas: &GasMeter) -> Result<(), OutOfGas> {
    gas.charge(kv::HAS, "Has")
}

pub(super) fn charge_delete(gas: &GasMeter) -> Result<(), OutOfGas> {
    gas.charge(kv::DELETE, "Delete")
}

pub(super) fn charge_set(gas: &GasMeter, key: usize, value: usize) -> Result<(), OutOfGas> {
    gas.charge(kv::WRITE_FLAT, "WriteFlat")?;
    gas.charge(bytes(key, kv::WRITE_PER_BYTE), "WritePerByte")?;
    gas.charge(bytes(value, kv::WRITE_PER_BYTE), "WritePerByte")
}

fn charge_seek(gas: &GasMeter, entry: Option<&Entry>) -> Result<(), OutOfGas> {
    if let Some((key, value)) = entry {
        gas.charge(bytes(key.len(), kv::READ_PER_BYTE), "ValuePerByte")?;
        gas.charge(bytes(value.len(), kv::READ_PER_BYTE), "ValuePerByte")?;
    }
    gas.charge(kv::ITERATOR_NEXT_FLAT, "IterNextFlat")
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
    charge_has(gas)?;
    Ok(overlay.get(store, key)?.is_some())
}

pub(super) fn set(
    overlay: &Overlay,
    gas: &GasMeter,
    store: StoreName,
    key: &[u8],
    value: Vec<u8>,
) -> Result<(), ModuleError> {
    charge_set(gas, key.len(), value.len())?;
    Ok(overlay.set(store, key, value)?)
}

pub(super) fn delete(
    overlay: &Overlay,
    gas: &GasMeter,
    store: StoreName,
    key: &[u8],
) -> Result<(), ModuleError> {
    charge_delete(gas)?;
    Ok(overlay.delete(store, key)?)
}

/// An open iterator. As in the SDK it stands on its next entry, which is paid when the iterator comes
/// to stand on it first of all, and again (every entry) when it leaves it.
#[derive(Debug)]
pub struct Walk {
    store: StoreName,
    rest: KeyRange,
    order: Order,
    ahead: Option<Entry>,
}

impl Walk {
    pub(super) fn begin(
        overlay: &Overlay,
        gas: &GasMeter,
        store: StoreName,
        range: KeyRange,
        order: Order,
    ) -> Result<Self, ModuleError> {
        let ahead = overlay.first(store, &range, order)?;
        charge_seek(gas, ahead.as_ref())?;
        Ok(Self { store, rest: range, order, ahead })
    }

    pub(super) fn step(
        &mut self,
        overlay: &Overlay,
        gas: &GasMeter,
    ) -> Result<Option<Entry>, ModuleError> {
        let Some(entry) = self.ahead.take() else { return Ok(None) };
        charge_seek(gas, Some(&entry))?;
        self.rest = self.rest.after(&entry.0, self.order);
        self.ahead = overlay.first(self.store, &self.rest, self.order)?;
        Ok(Some(entry))
    }

    /// The entry that the iterator stands on.
    pub const fn ahead(&self) -> Option<&Entry> {
        self.ahead.as_ref()
    }

    pub(super) fn into_ahead(self) -> Option<Entry> {
        self.ahead
    }
}
