//! Stoa's contracts, typed: one method for each message and each question.

mod dao;
mod marketplace;
mod provenance;

pub use dao::Dao;
pub use marketplace::Marketplace;
pub use provenance::Provenance;

use crate::{Client, error::ClientError};

/// Pages that a method reads at most when it collects a whole list.
const MAX_PAGES: usize = 1_000;

impl Client {
    /// The marketplace that the network file names.
    pub fn marketplace(&self) -> Result<Marketplace, ClientError> {
        let address = self.network().marketplace.clone();
        let address = address.ok_or(ClientError::NoContract { contract: "marketplace" })?;
        Ok(Marketplace::new(self.clone(), address))
    }

    /// The provenance registry that the network file names.
    pub fn provenance(&self) -> Result<Provenance, ClientError> {
        let address = self.network().provenance.clone();
        let address = address.ok_or(ClientError::NoContract { contract: "provenance" })?;
        Ok(Provenance::new(self.clone(), address))
    }

    /// The DAO that the network file names.
    pub fn dao(&self) -> Result<Dao, ClientError> {
        let address = self.network().dao.clone();
        let address = address.ok_or(ClientError::NoContract { contract: "dao" })?;
        Ok(Dao::new(self.clone(), address))
    }
}
