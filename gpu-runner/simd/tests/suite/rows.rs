//! Row operators against the definition.

use proptest::prelude::*;
use stoa_exact::{FIXED_MAX, Gelu, RowScale, SoftCap};
use stoa_simd::Isa;

use crate::draw::{fixed_row, weight_scales};

/// Two rows of one length.
fn rows(count: usize) -> impl Strategy<Value = Vec<Vec<i32>>> {
    (1usize..=90).prop_flat_map(move |length| proptest::collection::vec(fixed_row(length), count))
}

fn each(operator: impl Fn(Isa) -> Vec<i32>, expected: &[i32]) {
    for isa in Isa::available() {
        assert!(operator(isa) == expected, "{} differs", isa.name());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn quantisation(rows in rows(1)) {
        let mut expected = vec![0; rows[0].len()];
        let scale = stoa_exact::quantise_row(&rows[0], &mut expected);
        for isa in Isa::available() {
            let mut codes = vec![9; expected.len()];
            prop_assert_eq!(isa.quantise_row(&rows[0], &mut codes), scale);
            prop_assert_eq!(&codes, &expected);
        }
    }

    #[test]
    fn norm(rows in rows(2), epsilon in 0u64..1 << 46) {
        let mut expected = vec![0; rows[0].len()];
        stoa_exact::rms_norm(&rows[0], &rows[1], epsilon, &mut expected);
        let run = |isa: Isa| {
            let mut output = vec![7; rows[0].len()];
            isa.rms_norm(&rows[0], &rows[1], epsilon, &mut output);
            output
        };
        each(run, &expected);
    }

    #[test]
    fn centred_norm(rows in rows(3), epsilon in 0u64..1 << 46) {
        let mut expected = vec![0; rows[0].len()];
        stoa_exact::layer_norm(&rows[0], &rows[1], &rows[2], epsilon, &mut expected);
        let run = |isa: Isa| {
            let mut row = rows[0].clone();
            isa.layer_norm(&mut row, &rows[1], &rows[2], epsilon);
            row
        };
        each(run, &expected);
    }

    #[test]
    fn both_gelus(rows in rows(1)) {
        for kind in [Gelu::Erf, Gelu::Tanh] {
            let expected: Vec<i32> = rows[0].iter().map(|x| stoa_exact::gelu(kind, *x)).collect();
            let run = |isa: Isa| {
                let mut row = rows[0].clone();
                isa.gelu(kind, &mut row);
                row
            };
            each(run, &expected);
        }
    }

    #[test]
    fn rounding_of_products(
        (sums, scales) in (1usize..=90).prop_flat_map(|length| {
            (proptest::collection::vec(-i32::MAX..=i32::MAX, length), weight_scales(length))
        }),
        max in 0..=FIXED_MAX as u32,
    ) {
        let scale = RowScale::of_max(max);
        let element = |(sum, weight): (&i32, _)| stoa_exact::matvec_element(*sum, scale, weight);
        let expected: Vec<i32> = sums.iter().zip(scales.iter().copied()).map(element).collect();
        let run = |isa: Isa| {
            let mut sums = sums.clone();
            isa.scale_products(&mut sums, scale, &scales);
            sums
        };
        each(run, &expected);
    }

    #[test]
    fn gated_product(rows in rows(2)) {
        let pairs = rows[0].iter().zip(&rows[1]);
        let expected: Vec<i32> = pairs.map(|(gate, up)| stoa_exact::swiglu(*gate, *up)).collect();
        let run = |isa: Isa| {
            let mut gates = rows[0].clone();
            isa.swiglu(&mut gates, &rows[1]);
            gates
        };
        each(run, &expected);
    }

    #[test]
    fn gated_product_with_gelu(rows in rows(2)) {
        for kind in [Gelu::Erf, Gelu::Tanh] {
            let pairs = rows[0].iter().zip(&rows[1]);
            let expected: Vec<i32> =
                pairs.map(|(gate, up)| stoa_exact::geglu(kind, *gate, *up)).collect();
            let run = |isa: Isa| {
                let mut gates = rows[0].clone();
                isa.geglu(kind, &mut gates, &rows[1]);
                gates
            };
            each(run, &expected);
        }
    }

    #[test]
    fn caps(rows in rows(1), cap in prop_oneof![1..=FIXED_MAX, 1i32..1 << 20]) {
        let cap = SoftCap::new(cap);
        let expected: Vec<i32> = rows[0].iter().map(|value| cap.apply(*value)).collect();
        let run = |isa: Isa| {
            let mut row = rows[0].clone();
            assert_eq!(Some(isa.soft_cap(cap, &mut row)), row.iter().copied().max());
            row
        };
        each(run, &expected);
    }

    #[test]
    fn norm_behind_a_block(rows in rows(3), epsilon in 0u64..1 << 46) {
        let mut expected = vec![0; rows[0].len()];
        stoa_exact::rms_norm(&rows[0], &rows[1], epsilon, &mut expected);
        let pairs = expected.iter_mut().zip(&rows[2]);
        pairs.for_each(|(value, residual)| *value = stoa_exact::add_fixed(*value, *residual));
        let run = |isa: Isa| {
            let mut residual = rows[2].clone();
            isa.add_rms_norm(&rows[0], &rows[1], epsilon, &mut residual);
            residual
        };
        each(run, &expected);
    }

    #[test]
    fn residual(rows in rows(2)) {
        let pairs = rows[0].iter().zip(&rows[1]);
        let expected: Vec<i32> = pairs.map(|(a, b)| stoa_exact::add_fixed(*a, *b)).collect();
        let run = |isa: Isa| {
            let mut row = rows[0].clone();
            isa.add_row(&mut row, &rows[1]);
            row
        };
        each(run, &expected);
    }

    #[test]
    fn rotation(rows in rows(3)) {
        // Angles are Q1.30: fixed values cover them but for ±1 itself.
        let half = rows[0].len() / 2;
        let mut cos = rows[1][..half].to_vec();
        cos.iter_mut().take(1).for_each(|cos| *cos = stoa_exact::ROPE_ONE);
        let sin = &rows[2][..half];
        let mut expected = rows[0][..2 * half].to_vec();
        stoa_exact::rope_head(&mut expected, &cos, sin);
        let run = |isa: Isa| {
            let mut head = rows[0][..2 * half].to_vec();
            isa.rope_head(&mut head, &cos, sin);
            head
        };
        each(run, &expected);
    }
}

#[test]
fn gelu_around_every_step_and_end_of_its_tables() {
    let near = (0..=1025).flat_map(|step| (-1..=1).map(move |offset| step * 512 + offset));
    let far = (FIXED_MAX - 3..=FIXED_MAX).chain(near);
    let row: Vec<i32> = far.flat_map(|x| [x, -x]).collect();
    for kind in [Gelu::Erf, Gelu::Tanh] {
        let expected: Vec<i32> = row.iter().map(|x| stoa_exact::gelu(kind, *x)).collect();
        each(
            |isa| {
                let mut row = row.clone();
                isa.gelu(kind, &mut row);
                row
            },
            &expected,
        );
    }
}
