//! Merges of a SentencePiece vocabulary: a piece is made of any two pieces, those with the best score first.

use std::collections::BTreeMap;

use crate::folder::gguf::GgufError;

/// Longest piece in bytes: every way to cut it is tried.
const MAX_PIECE_BYTES: usize = 512;
/// Most merges: some for every piece of the largest vocabularies.
const MAX_MERGES: usize = 1 << 23;
/// llama.cpp's number of a token that texts are made of.
const NORMAL: u64 = 1;

struct Merge<'a> {
    left: &'a str,
    right: &'a str,
    score: f32,
    /// Lengths of both parts in characters.
    lengths: (usize, usize),
}

/// The merges in the order in which pair encoding tries them.
///
/// Among equal scores longer left parts come first, then longer right ones, then lower ids: the order of Hugging Face's
/// converter.
pub fn of_scores<'a>(
    tokens: &[&'a str],
    kinds: &[u64],
    scores: &[f32],
    ids: &BTreeMap<&'a str, u32>,
) -> Result<Vec<(&'a str, &'a str)>, GgufError> {
    let mut merges = Vec::new();
    for ((piece, kind), score) in tokens.iter().zip(kinds).zip(scores) {
        if *kind != NORMAL {
            continue;
        }
        if piece.len() > MAX_PIECE_BYTES {
            let (found, limit) = (piece.len() as u64, MAX_PIECE_BYTES as u64);
            return Err(GgufError::TooMuch { what: "the length of a piece", found, limit });
        }
        let mut cuts = Vec::new();
        let characters = piece.chars().count();
        for (before, (at, _)) in piece.char_indices().enumerate().skip(1) {
            let (left, right) = piece.split_at(at);
            if let (Some(left_id), Some(right_id)) = (ids.get(left), ids.get(right)) {
                let lengths = (before, characters - before);
                cuts.push(((*left_id, *right_id), Merge { left, right, score: *score, lengths }));
            }
        }
        cuts.sort_by_key(|(ids, _)| *ids);
        merges.extend(cuts.into_iter().map(|(_, merge)| merge));
        if merges.len() > MAX_MERGES {
            let (found, limit) = (merges.len() as u64, MAX_MERGES as u64);
            return Err(GgufError::TooMuch { what: "the number of merges", found, limit });
        }
    }
    merges.sort_by(|a, b| b.score.total_cmp(&a.score).then(b.lengths.cmp(&a.lengths)));
    Ok(merges.into_iter().map(|merge| (merge.left, merge.right)).collect())
}
