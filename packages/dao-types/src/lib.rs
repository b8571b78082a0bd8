//! Messages of the DAO contract.
