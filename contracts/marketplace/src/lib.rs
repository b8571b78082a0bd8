//! Marketplace for AI services: escrow, delivery, settlement.
