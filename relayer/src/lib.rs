//! Carries orders to runners and results to the chain, exactly once across crashes.
