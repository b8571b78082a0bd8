//! The loops of attention, joined as the engine joins them, against `stoa_exact::attention::attend`.

use proptest::prelude::*;
use stoa_exact::{
    FIXED_MAX, RowScale, WeightScale,
    attention::{HeadCache, MixScale, ScoreScale, attend},
};
use stoa_simd::Isa;

use crate::draw::codes;

/// One query head, its keys and its values.
#[derive(Debug, Clone)]
struct Case {
    query: Vec<i8>,
    query_max: u32,
    keys: Vec<i8>,
    key_maxima: Vec<u32>,
    values: Vec<i8>,
    value_maxima: Vec<u32>,
    shift: u32,
}

fn maxima(positions: usize) -> impl Strategy<Value = Vec<u32>> {
    let any = (0u32..=30).prop_map(|bits| ((1u64 << bits) - 1) as u32);
    prop_oneof![
        3 => proptest::collection::vec(any, positions),
        1 => Just(vec![FIXED_MAX as u32; positions]),
        1 => Just(vec![1; positions]),
    ]
}

fn case() -> impl Strategy<Value = Case> {
    (1usize..=9, 1usize..=40).prop_flat_map(|(eighths, positions)| {
        let width = 8 * eighths;
        let shift = stoa_exact::bounds::SCORE_SHIFT_MIN..=stoa_exact::bounds::SCORE_SHIFT_MAX;
        let rows = || codes(width * positions);
        (
            codes(width),
            0..=FIXED_MAX as u32,
            rows(),
            maxima(positions),
            rows(),
            maxima(positions),
            shift,
        )
            .prop_map(
                |(query, query_max, keys, key_maxima, values, value_maxima, shift)| Case {
                    query,
                    query_max,
                    keys,
                    key_maxima,
                    values,
                    value_maxima,
                    shift,
                },
            )
    })
}

fn scales(maxima: &[u32]) -> Vec<RowScale> {
    maxima.iter().map(|max| RowScale::of_max(*max)).collect()
}

fn check(case: &Case) {
    let width = case.query.len();
    let constant = WeightScale { mantissa: 24_011, shift: case.shift };
    let scale = ScoreScale::of_query(RowScale::of_max(case.query_max), constant);
    let (key_scales, value_scales) = (scales(&case.key_maxima), scales(&case.value_maxima));
    let keys = HeadCache { codes: &case.keys, scales: &key_scales };
    let values = HeadCache { codes: &case.values, scales: &value_scales };
    let mut expected = vec![0; width];
    let mut scratch = (vec![0; key_scales.len()], vec![0; width]);
    attend(&case.query, scale, keys, values, (&mut scratch.0, &mut scratch.1), &mut expected);
    for isa in Isa::available() {
        let (mut scores, mut sums) = (vec![3; key_scales.len()], vec![5; width]);
        isa.products(&case.keys, &case.query, width, &mut scores);
        let max = isa.scores(&mut scores, scale, &key_scales);
        let max_bits = value_scales.iter().map(|scale| scale.bits).max().unwrap();
        let numerators = isa.mix_weights(&mut scores, max, &value_scales, max_bits);
        isa.mix(&scores, &case.values, &mut sums);
        let mix = MixScale::of_sum(numerators, max_bits);
        let actual: Vec<i32> = sums.iter().map(|sum| mix.apply(*sum)).collect();
        assert!(actual == expected, "{} differs", isa.name());
    }
}

#[test]
fn many_positions_of_the_largest_weight_and_code() {
    for positions in [511, 512, 513, 1025] {
        check(&Case {
            query: vec![0; 24],
            query_max: 1,
            keys: vec![127; 24 * positions],
            key_maxima: vec![1; positions],
            values: vec![-127; 24 * positions],
            value_maxima: vec![FIXED_MAX as u32; positions],
            shift: 30,
        });
    }
}

proptest! {
    #[test]
    fn equals_the_definition(case in case()) {
        check(&case);
    }
}
