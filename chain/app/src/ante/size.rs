//! Gas for the bytes of a transaction.

use prost::encoding::encoded_len_varint;
use stoa_modules::{
    Context, ExecMode, Gas, ModuleError,
    auth::{self, PublicKey},
};

use super::{keys::STAND_IN_KEY, signers::Signed};
use crate::tx::Tx;

/// Bytes of a signature, and of its place in an amino `StdSignature`.
const SIGNATURE_BYTES: usize = 64 + 2;
/// Bytes that the SDK adds for the place of a simulated signature in the transaction.
const PLACE_BYTES: usize = 6;

/// Charges for every byte; in simulations also for signatures that are not there yet.
pub(super) fn charge(ctx: &Context, tx: &Tx, signatures: &[Signed<'_>]) -> Result<(), ModuleError> {
    let limits = auth::params(ctx)?;
    let gas = |bytes: usize| {
        Gas::try_from(bytes).unwrap_or(Gas::MAX).saturating_mul(limits.gas_per_tx_byte)
    };
    ctx.gas.charge(gas(tx.size_bytes()), "txSize")?;
    if ctx.mode != ExecMode::Simulate {
        return Ok(());
    }
    for signed in signatures.iter().filter(|signed| signed.data.is_incomplete()) {
        let account = auth::account(ctx, signed.signer)?;
        let amount = match account.and_then(|account| account.key) {
            Some(key @ PublicKey::Multisig(_)) => {
                gas(std_signature_bytes(&key)).saturating_mul(limits.signature_limit)
            }
            Some(key) => gas(std_signature_bytes(&key)),
            None => gas(std_signature_bytes(&PublicKey::from_compressed(&STAND_IN_KEY)?)),
        };
        ctx.gas.charge(amount, "txSize")?;
    }
    Ok(())
}

/// What a signature by `key` adds to a transaction in the SDK's estimate: an amino `StdSignature`.
fn std_signature_bytes(key: &PublicKey) -> usize {
    let key_bytes = key.to_amino().len();
    let length_bytes = encoded_len_varint(u64::try_from(key_bytes).unwrap_or(u64::MAX));
    1 + length_bytes + key_bytes + SIGNATURE_BYTES + PLACE_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_simulated_signature_of_a_wallet_has_112_bytes() {
        let key = PublicKey::from_compressed(&STAND_IN_KEY).unwrap();
        assert_eq!(std_signature_bytes(&key), 112);
    }
}
