//! int4 products: every unit, group width, and remainder of rows and tokens.

use proptest::prelude::*;
use stoa_simd::{Int4Rows, Isa};

use crate::draw::codes;

fn check(pairs: &[u8], group_scales: &[u8], tokens: &[i8], columns: usize, group: usize) {
    let rows = || pairs.chunks_exact(columns / 2).zip(group_scales.chunks_exact(columns / group));
    let expected: Vec<i32> = tokens
        .chunks_exact(columns)
        .flat_map(|codes| {
            rows().map(move |(pairs, scales)| stoa_exact::dot_int4(codes, pairs, scales))
        })
        .collect();
    for isa in Isa::available() {
        let mut actual = vec![0x5a5a_5a5a; expected.len()];
        let weights = Int4Rows { pairs, group_scales, group };
        isa.int4_products(weights, tokens, columns, &mut actual);
        assert!(actual == expected, "{}: {columns} columns, groups of {group}", isa.name());
    }
}

/// 127 * 255 * 8 * 8288 is the largest sum below 2^31; each kind of extreme operand, with both signs.
#[test]
fn sums_at_the_edge_of_32_bits() {
    let columns = 8288;
    for (pair, code) in [(0x88, 127i8), (0x88, -127), (0x77, -127), (0x8f, 127)] {
        let pairs = vec![pair; 5 * columns / 2];
        check(&pairs, &vec![255; 5 * columns / 32], &vec![code; 3 * columns], columns, 32);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn random_rows(
        (group, pairs, scales, tokens) in (0usize..3, 1usize..=70, 1usize..=9, 1usize..=5).prop_flat_map(
            |(group, rows, tokens, groups)| {
                let group = 32 << group;
                let columns = group * groups;
                (
                    Just(group),
                    proptest::collection::vec(any::<u8>(), rows * columns / 2),
                    proptest::collection::vec(any::<u8>(), rows * groups),
                    codes(tokens * columns).prop_map(move |codes| (codes, columns)),
                )
            }
        ),
    ) {
        let (tokens, columns) = tokens;
        check(&pairs, &scales, &tokens, columns, group);
    }
}
