//! Messages of the marketplace contract.
