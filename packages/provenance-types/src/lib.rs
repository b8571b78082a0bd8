//! Messages of the provenance contract.
