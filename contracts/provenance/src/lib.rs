//! Provenance registry: assets, lineage and royalties.
