//! int8 products: every unit, every length, every remainder of rows and tokens.

use proptest::prelude::*;
use stoa_simd::{Isa, MAX_TOKENS};

use crate::draw::codes;

fn expected(weights: &[i8], tokens: &[i8], columns: usize) -> Vec<i32> {
    let rows = || weights.chunks_exact(columns);
    tokens
        .chunks_exact(columns)
        .flat_map(|token| rows().map(move |row| stoa_exact::dot(row, token)))
        .collect()
}

fn check(weights: &[i8], tokens: &[i8], columns: usize) {
    let expected = expected(weights, tokens, columns);
    for isa in Isa::available() {
        let mut actual = vec![0x5a5a_5a5a; expected.len()];
        isa.products(weights, tokens, columns, &mut actual);
        assert!(actual == expected, "{}: {columns} columns", isa.name());
    }
}

#[test]
fn every_length_of_a_row_up_to_three_vectors() {
    for columns in 1..=200usize {
        let row = |seed: usize| (0..columns).map(move |i| ((i * 37 + seed * 91) % 256) as u8 as i8);
        let weights: Vec<i8> = (0..5).flat_map(row).collect();
        let tokens: Vec<i8> = (7..12).flat_map(row).collect();
        check(&weights, &tokens, columns);
    }
}

#[test]
fn sums_at_the_edge_of_32_bits() {
    let columns = stoa_exact::bounds::MAX_PRODUCT_WIDTH as usize;
    for (a, b) in [(127i8, 127i8), (127, -127), (-127, -127), (-128, 127)] {
        check(&vec![a; 5 * columns], &vec![b; 5 * columns], columns);
    }
}

#[test]
fn no_rows_no_tokens_and_no_columns_are_no_products() {
    for isa in Isa::available() {
        isa.products(&[], &[1, 2], 2, &mut []);
        isa.products(&[1, 2], &[], 2, &mut []);
        isa.products(&[], &[], 0, &mut []);
    }
}

proptest! {
    #[test]
    fn equal_the_definition(
        (columns, weights, tokens) in (1usize..=330, 0usize..=11, 0usize..=11).prop_flat_map(
            |(columns, rows, tokens)| {
                let rows = proptest::collection::vec(codes(columns), rows);
                let tokens = proptest::collection::vec(codes(columns), tokens);
                (Just(columns), rows, tokens)
            },
        ),
    ) {
        check(&weights.concat(), &tokens.concat(), columns);
    }

    #[test]
    fn the_most_tokens_of_a_call(weights in codes(9 * 65), tokens in codes(MAX_TOKENS * 65)) {
        check(&weights, &tokens, 65);
    }
}
