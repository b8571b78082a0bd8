//! The VM's cryptography, on demand.

use cosmwasm_std::{Api, Binary, HashFunction, StdError, StdResult};

/// Calls one function; its answer, or why there is none, becomes text.
pub fn call(api: &dyn Api, function: &str, parts: &[Binary]) -> StdResult<String> {
    let part = |index: usize| -> StdResult<&[u8]> {
        parts.get(index).map(Binary::as_slice).ok_or_else(|| StdError::generic_err("too few parts"))
    };
    let slices: Vec<&[u8]> = parts.iter().map(Binary::as_slice).collect();
    let third = slices.len() / 3;
    let (messages, rest) = slices.split_at(third);
    let (signatures, keys) = rest.split_at(third);
    let parity = |index: usize| part(index).map(|bytes| bytes.first().copied().unwrap_or_default());
    Ok(match function {
        "secp256k1_verify" => text(api.secp256k1_verify(part(0)?, part(1)?, part(2)?)),
        "secp256k1_recover" => text(api.secp256k1_recover_pubkey(part(0)?, part(1)?, parity(2)?)),
        "secp256r1_verify" => text(api.secp256r1_verify(part(0)?, part(1)?, part(2)?)),
        "secp256r1_recover" => text(api.secp256r1_recover_pubkey(part(0)?, part(1)?, parity(2)?)),
        "ed25519_verify" => text(api.ed25519_verify(part(0)?, part(1)?, part(2)?)),
        "ed25519_batch" => text(api.ed25519_batch_verify(messages, signatures, keys)),
        "aggregate_g1" => text(api.bls12_381_aggregate_g1(part(0)?)),
        "aggregate_g2" => text(api.bls12_381_aggregate_g2(part(0)?)),
        "hash_to_g1" => text(api.bls12_381_hash_to_g1(HashFunction::Sha256, part(0)?, part(1)?)),
        "hash_to_g2" => text(api.bls12_381_hash_to_g2(HashFunction::Sha256, part(0)?, part(1)?)),
        "pairing" => {
            text(api.bls12_381_pairing_equality(part(0)?, part(1)?, part(2)?, part(3)?))
        }
        "debug" => {
            api.debug("the probe says hello");
            "said".to_owned()
        }
        _ => return Err(StdError::generic_err("no such function")),
    })
}

fn text<T: core::fmt::Debug, E: core::fmt::Display>(result: Result<T, E>) -> String {
    match result {
        Ok(value) => format!("{value:?}"),
        Err(error) => format!("error: {error}"),
    }
}
