//! Which keys signed, in which modes.

use cosmos_sdk_proto::cosmos::{
    crypto::multisig::v1beta1::{CompactBitArray, MultiSignature},
    tx::v1beta1::{ModeInfo, mode_info::Sum},
};
use prost::Message as _;
use stoa_modules::auth::MAX_MULTISIG_MEMBERS;

/// The signature of one signer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignatureData {
    /// Of one key.
    Single {
        /// A number of `cosmos.tx.signing.v1beta1.SignMode`.
        mode: i32,
        /// Its bytes; empty in simulations.
        signature: Vec<u8>,
    },
    /// Of several keys.
    Multi {
        /// For each member of the key, whether it signed.
        signed: Vec<bool>,
        /// The signatures of those that did, in order.
        signatures: Vec<SignatureData>,
    },
}

/// Why mode and bytes are no signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// Nothing says how it was signed.
    #[error("the mode of a signature is missing")]
    NoMode,
    /// The bytes are no `MultiSignature`, or not the one encoding of it.
    #[error("malformed MultiSignature or unrecognized fields in it")]
    Malformed,
    /// Not one mode for each signature.
    #[error("{modes} modes for {signatures} signatures of a multisig")]
    Count {
        /// Modes given.
        modes: usize,
        /// Signatures given.
        signatures: usize,
    },
    /// The bit array counts bits that it does not have, or more than a key has members.
    #[error("malformed bit array of a multisig")]
    BitArray,
}

impl SignatureData {
    /// Reads the mode of a signer beside its signature. The strict check has bounded the nesting.
    pub fn read(mode: Option<&ModeInfo>, signature: &[u8]) -> Result<Self, SignatureError> {
        match mode.and_then(|mode| mode.sum.as_ref()).ok_or(SignatureError::NoMode)? {
            Sum::Single(single) => {
                Ok(Self::Single { mode: single.mode, signature: signature.to_vec() })
            }
            Sum::Multi(multi) => {
                let modes = &multi.mode_infos;
                // A simulation leaves them out.
                let signatures = match signature {
                    [] => vec![Vec::new(); modes.len()],
                    bytes => split(bytes)?,
                };
                if modes.len() != signatures.len() {
                    let signatures = signatures.len();
                    return Err(SignatureError::Count { modes: modes.len(), signatures });
                }
                let parts = modes.iter().zip(&signatures);
                let parts = parts.map(|(mode, signature)| Self::read(Some(mode), signature));
                Ok(Self::Multi {
                    signed: bits(multi.bitarray.as_ref())?,
                    signatures: parts.collect::<Result<_, _>>()?,
                })
            }
        }
    }

    /// Whether something of it is still to be signed.
    pub fn is_incomplete(&self) -> bool {
        match self {
            Self::Single { signature, .. } => signature.is_empty(),
            Self::Multi { signatures, .. } => {
                signatures.is_empty() || signatures.iter().any(Self::is_incomplete)
            }
        }
    }

    /// All signatures by themselves, and behind those of several keys what holds them together: indexers
    /// find transactions by each.
    pub fn parts(&self) -> Vec<Vec<u8>> {
        match self {
            Self::Single { signature, .. } => vec![signature.clone()],
            Self::Multi { signatures, .. } => {
                let mut parts: Vec<_> = signatures.iter().flat_map(Self::parts).collect();
                parts.push(MultiSignature { signatures: parts.clone() }.encode_to_vec());
                parts
            }
        }
    }
}

/// Refuses other fields and second encodings: nobody signs over these bytes, so anybody could make them.
fn split(bytes: &[u8]) -> Result<Vec<Vec<u8>>, SignatureError> {
    let read = MultiSignature::decode(bytes).map_err(|_| SignatureError::Malformed)?;
    if read.encode_to_vec() != bytes {
        return Err(SignatureError::Malformed);
    }
    Ok(read.signatures)
}

/// The bits from the highest of the first byte on. An absent array has none.
fn bits(array: Option<&CompactBitArray>) -> Result<Vec<bool>, SignatureError> {
    let Some(array) = array else { return Ok(Vec::new()) };
    let in_last = match usize::try_from(array.extra_bits_stored) {
        Ok(0) => 8,
        Ok(extra) if extra < 8 => extra,
        _ => return Err(SignatureError::BitArray),
    };
    let whole_bytes = match array.elems.len() {
        0 if array.extra_bits_stored == 0 => return Ok(Vec::new()),
        0 => return Err(SignatureError::BitArray),
        bytes => bytes - 1,
    };
    let count = whole_bytes.saturating_mul(8).saturating_add(in_last);
    if count > MAX_MULTISIG_MEMBERS {
        return Err(SignatureError::BitArray);
    }
    let is_set = |byte: &u8, bit: usize| byte & (0x80 >> bit) != 0;
    let bits = array.elems.iter().flat_map(|byte| (0..8).map(move |bit| is_set(byte, bit)));
    Ok(bits.take(count).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use cosmos_sdk_proto::cosmos::tx::v1beta1::mode_info::{Multi, Single};
    use proptest::prelude::*;

    fn array(extra_bits_stored: u32, elems: &[u8]) -> CompactBitArray {
        CompactBitArray { extra_bits_stored, elems: elems.to_vec() }
    }

    fn single() -> ModeInfo {
        ModeInfo { sum: Some(Sum::Single(Single { mode: 127 })) }
    }

    fn multi(bitarray: Option<CompactBitArray>, mode_infos: Vec<ModeInfo>) -> ModeInfo {
        ModeInfo { sum: Some(Sum::Multi(Multi { bitarray, mode_infos })) }
    }

    #[test]
    fn bits_are_read_from_the_highest_on() {
        assert_eq!(bits(Some(&array(3, &[0b1010_0000]))).unwrap(), [true, false, true]);
        assert_eq!(bits(Some(&array(0, &[0x01]))).unwrap().last(), Some(&true));
        assert_eq!(bits(Some(&array(1, &[0, 0x80]))).unwrap().len(), 9);
        assert!(bits(None).unwrap().is_empty());
        assert!(bits(Some(&array(0, &[]))).unwrap().is_empty());
    }

    #[test]
    fn bit_arrays_that_count_more_than_they_have_are_refused() {
        for refused in [array(8, &[1]), array(u32::MAX, &[1]), array(1, &[]), array(0, &[0; 9])] {
            assert_eq!(bits(Some(&refused)), Err(SignatureError::BitArray));
        }
    }

    #[test]
    fn every_signature_has_its_mode_and_nothing_else_travels_with_them() {
        let mode = multi(Some(array(2, &[0xc0])), vec![single(), single()]);
        let two = MultiSignature { signatures: vec![vec![1], vec![2]] }.encode_to_vec();
        let read = SignatureData::read(Some(&mode), &two).unwrap();
        assert_eq!(read.parts(), [vec![1], vec![2], two.clone()]);
        assert!(!read.is_incomplete());
        let three = [two.as_slice(), &[0x0a, 1, 3]].concat();
        let count = SignatureError::Count { modes: 2, signatures: 3 };
        assert_eq!(SignatureData::read(Some(&mode), &three), Err(count));
        let long = [&two[..3], &[0x0a, 0x81, 0, 2]].concat();
        for bytes in [[two.as_slice(), &[0x10, 1]].concat(), long] {
            assert_eq!(SignatureData::read(Some(&mode), &bytes), Err(SignatureError::Malformed));
        }
        assert!(SignatureData::read(Some(&mode), &[]).unwrap().is_incomplete());
        assert_eq!(SignatureData::read(None, &two), Err(SignatureError::NoMode));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(extra: u32, elems: Vec<u8>, signature: Vec<u8>) {
            let mode = multi(Some(array(extra, &elems)), vec![single()]);
            let _ = SignatureData::read(Some(&mode), &signature);
        }
    }
}
