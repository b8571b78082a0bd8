//! What a runner signs when its trace is asked for, in canonical bytes.

use stoa_exact::{Choice, SEMANTICS_VERSION};

use crate::{
    Shape,
    merkle::{Node, Tree, hash},
};

/// Domain of the digest; a new layout takes a new name.
pub const CLAIM_DOMAIN: &[u8] = b"stoa/trace-claim/v1";
/// Bytes of a claim.
pub const CLAIM_BYTES: usize = 6 * 32 + 2 * 4 + (3 * 4 + 8) + 8 * 4;
/// Most positions that the semantics allow.
pub const MAX_POSITIONS: u32 = 1 << 16;

/// "The answer of this receipt is drawn from the trace with this root."
///
/// The receipt is what an order needs and costs nothing to make; a trace costs a pass and is made when somebody asks.
/// So the claim is a statement of its own, under the same key, and names the receipt that it explains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceClaim {
    /// Digest of the receipt's statement, which binds chain, contract and job; zeros where there is none.
    pub receipt_digest: Node,
    /// Root of the model.
    pub model_root: Node,
    /// SHA-256 of the input document.
    pub input_hash: Node,
    /// SHA-256 of the output document.
    pub output_hash: Node,
    /// [`root_of_ids`] of the token ids of prompt and answer: one more than positions, since the last is not read.
    pub ids_root: Node,
    /// Root of the trace.
    pub trace_root: Node,
    /// Version of the exact-inference semantics.
    pub semantics_version: u32,
    /// How many of the ids are the prompt's, at least one and at most all that were read.
    pub prompt_tokens: u32,
    /// How tokens were drawn; its position is 0.
    pub choice: Choice,
    /// Sizes of the model, and positions of the trace.
    pub shape: Shape,
}

/// Merkle root over token ids as words, little-endian, in leaves of 1 KiB.
pub fn root_of_ids(ids: &[u32]) -> Node {
    let bytes: alloc::vec::Vec<u8> = ids.iter().flat_map(|id| id.to_le_bytes()).collect();
    Tree::of_bytes(&bytes).root()
}

impl TraceClaim {
    /// All fields in the order of declaration, words little-endian, every width fixed.
    pub fn to_bytes(&self) -> [u8; CLAIM_BYTES] {
        let Choice { temperature_milli, top_k, top_p_milli, seed, .. } = self.choice;
        let Shape { hidden, inner, layers, heads, groups, head, vocab, positions } = self.shape;
        let mut bytes = [0; CLAIM_BYTES];
        let mut at = 0;
        let mut put = |part: &[u8]| {
            bytes[at..at + part.len()].copy_from_slice(part);
            at += part.len();
        };
        for node in [
            &self.receipt_digest,
            &self.model_root,
            &self.input_hash,
            &self.output_hash,
            &self.ids_root,
            &self.trace_root,
        ] {
            put(node);
        }
        let Self { semantics_version, prompt_tokens, .. } = *self;
        for word in [semantics_version, prompt_tokens, temperature_milli, top_k, top_p_milli] {
            put(&word.to_le_bytes());
        }
        put(&seed.to_le_bytes());
        for word in [hidden, inner, layers, heads, groups, head, vocab, positions] {
            put(&word.to_le_bytes());
        }
        bytes
    }

    /// Reads a claim; `None` for another length, another version of the semantics or sizes that no model has.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; CLAIM_BYTES] = bytes.try_into().ok()?;
        let (nodes, words) = bytes.split_at(6 * 32);
        let node = |number: usize| nodes.as_chunks::<32>().0.get(number).copied();
        let words = words.as_chunks::<4>().0;
        let word = |number: usize| words.get(number).map(|word| u32::from_le_bytes(*word));
        let seed = u64::from(word(5)?) | u64::from(word(6)?) << 32;
        let claim = Self {
            receipt_digest: node(0)?,
            model_root: node(1)?,
            input_hash: node(2)?,
            output_hash: node(3)?,
            ids_root: node(4)?,
            trace_root: node(5)?,
            semantics_version: word(0)?,
            prompt_tokens: word(1)?,
            choice: Choice {
                temperature_milli: word(2)?,
                top_k: word(3)?,
                top_p_milli: word(4)?,
                seed,
                position: 0,
            },
            shape: Shape {
                hidden: word(7)?,
                inner: word(8)?,
                layers: word(9)?,
                heads: word(10)?,
                groups: word(11)?,
                head: word(12)?,
                vocab: word(13)?,
                positions: word(14)?,
            },
        };
        claim.is_sound().then_some(claim)
    }

    /// SHA-256 of the domain and the bytes: what is signed.
    pub fn digest(&self) -> Node {
        hash(&[CLAIM_DOMAIN, &self.to_bytes()])
    }

    /// Whether sizes are those of a model, and the prompt lies in the trace.
    pub fn is_sound(&self) -> bool {
        self.semantics_version == SEMANTICS_VERSION
            && self.choice.position == 0
            && self.shape.is_sound()
            && (1..=self.shape.positions).contains(&self.prompt_tokens)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::claim as sampled;
    use proptest::prelude::*;

    fn claim() -> TraceClaim {
        TraceClaim {
            receipt_digest: [1; 32],
            model_root: [2; 32],
            input_hash: [3; 32],
            output_hash: [4; 32],
            ids_root: root_of_ids(&[1, 2, 3]),
            trace_root: [6; 32],
            semantics_version: SEMANTICS_VERSION,
            prompt_tokens: 2,
            choice: sampled().choice,
            shape: Shape {
                hidden: 192,
                inner: 512,
                layers: 5,
                heads: 6,
                groups: 2,
                head: 32,
                vocab: 2048,
                positions: 3,
            },
        }
    }

    #[test]
    fn the_bytes_and_the_digest_are_fixed() {
        let claim = claim();
        assert_eq!(claim.to_bytes().len(), 252);
        assert_eq!(TraceClaim::from_bytes(&claim.to_bytes()), Some(claim));
        let digest: std::string::String =
            claim.digest().iter().map(|byte| std::format!("{byte:02x}")).collect();
        assert_eq!(digest, "bc6b6f0d90bd920b7a9f1fe9e183da9cebed2f906c2c2db6b053f0b486ecc5a2");
    }

    #[test]
    fn sizes_that_no_model_has_are_refused() {
        let tampers: [fn(&mut TraceClaim); 10] = [
            |c| c.semantics_version += 1,
            |c| c.prompt_tokens = 0,
            |c| c.prompt_tokens = 4,
            |c| c.shape.positions = 0,
            |c| c.shape.positions = MAX_POSITIONS + 1,
            |c| c.shape.layers = 0,
            |c| c.shape.groups = 0,
            |c| c.shape.groups = 4,
            |c| c.shape.head = 33,
            |c| c.shape.hidden = u32::MAX,
        ];
        for (number, tamper) in tampers.into_iter().enumerate() {
            let mut other = claim();
            tamper(&mut other);
            assert_eq!(TraceClaim::from_bytes(&other.to_bytes()), None, "{number}");
        }
    }

    proptest! {
        #[test]
        fn every_bit_is_bound(bit in 0usize..8 * CLAIM_BYTES) {
            let mut bytes = claim().to_bytes();
            bytes[bit / 8] ^= 1 << (bit % 8);
            if let Some(other) = TraceClaim::from_bytes(&bytes) {
                prop_assert_eq!(other.to_bytes(), bytes);
                prop_assert_ne!(other.digest(), claim().digest());
            }
            prop_assert_eq!(TraceClaim::from_bytes(&bytes[1..]), None);
        }
    }
}
