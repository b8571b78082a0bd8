//! Requantisation, addition, division, tables and the roots that follow from them.

use stoa_exact::{
    EXP2_TABLE, FIXED_MAX, GELU_ERF, GELU_TANH, RSQRT_SEEDS, add_fixed, chacha20_block,
    divide_rounded, exp2_negative_q15, exp2_negative_q30, requantise, requantise_wide, rsqrt_q30,
};

use crate::{draw::Draw, file::VectorFile};

const CASES: usize = 96;

/// Files of this group.
pub fn files() -> Vec<VectorFile> {
    vec![
        tables(),
        requantised(),
        requantised_wide(),
        added(),
        divided(),
        powers(),
        roots(),
        blocks(),
    ]
}

fn tables() -> VectorFile {
    let tables = [&EXP2_TABLE[..], &RSQRT_SEEDS, &GELU_ERF, &GELU_TANH];
    let cases = (0..)
        .zip(tables)
        .map(|(number, table)| vec![(number as u32).into(), table.to_vec().into()]);
    VectorFile::new("tables", &["number"], &["entries"], cases)
}

fn requantised() -> VectorFile {
    let mut draw = Draw::new(1);
    let mut inputs = vec![
        (3, 1, 1),
        (-3, 1, 1),
        (1, 1, 2),
        (i32::MAX, 1 << 30, 0),
        (-i32::MAX, 1 << 30, 0),
        (i32::MAX, 1 << 30, 62),
        (-i32::MAX, -(1 << 30), 31),
        (0, 1 << 30, 0),
    ];
    inputs.resize_with(CASES, || {
        let value = draw.between(-0x7fff_ffff, 0x7fff_ffff) >> draw.between(0, 30);
        let multiplier = draw.between(-(1 << 30), 1 << 30) >> draw.between(0, 29);
        (value as i32, multiplier as i32, draw.between(0, 62) as u32)
    });
    let case =
        |(a, c, s): (i32, i32, u32)| vec![a.into(), c.into(), s.into(), requantise(a, c, s).into()];
    VectorFile::new("requantise", &["a", "c", "s"], &["result"], inputs.into_iter().map(case))
}

fn requantised_wide() -> VectorFile {
    let mut draw = Draw::new(2);
    let mut inputs = vec![(1i64 << 46, 1u32 << 16, 0), (-(1 << 46), 1 << 16, 62), (-5, 3, 1)];
    inputs.resize_with(CASES, || {
        let value = draw.between(-(1 << 46), 1 << 46) >> draw.between(0, 45);
        (value, draw.between(0, 1 << 16) as u32, draw.between(0, 62) as u32)
    });
    let case = |(a, c, s): (i64, u32, u32)| {
        vec![a.into(), c.into(), s.into(), requantise_wide(a, c, s).into()]
    };
    VectorFile::new("requantise_wide", &["a", "c", "s"], &["result"], inputs.into_iter().map(case))
}

fn added() -> VectorFile {
    let mut draw = Draw::new(3);
    let mut inputs = vec![(FIXED_MAX, 1), (-FIXED_MAX, -FIXED_MAX), (FIXED_MAX, -FIXED_MAX)];
    inputs.resize_with(CASES / 2, || (draw.fixed(), draw.fixed()));
    let case = |(a, b): (i32, i32)| vec![a.into(), b.into(), add_fixed(a, b).into()];
    VectorFile::new("add", &["a", "b"], &["result"], inputs.into_iter().map(case))
}

fn divided() -> VectorFile {
    let mut draw = Draw::new(4);
    let mut inputs = vec![(3i64, 2u32), (-3, 2), (1 << 46, 1), (-(1 << 46), 1 << 16), (0, 7)];
    inputs.resize_with(CASES / 2, || {
        (draw.between(-(1 << 46), 1 << 46) >> draw.between(0, 45), draw.between(1, 1 << 16) as u32)
    });
    let case = |(sum, count): (i64, u32)| {
        vec![sum.into(), count.into(), divide_rounded(sum, count).into()]
    };
    VectorFile::new("divide", &["sum", "count"], &["result"], inputs.into_iter().map(case))
}

fn powers() -> VectorFile {
    let mut draw = Draw::new(5);
    let mut inputs = vec![0, 1, 1 << 16, 15 << 16, 16 << 16, (31 << 16) - 1, 31 << 16, u32::MAX];
    inputs.resize_with(CASES, || (draw.between(0, (40 << 16) - 1) >> draw.between(0, 16)) as u32);
    let case = |y: u32| vec![y.into(), exp2_negative_q30(y).into(), exp2_negative_q15(y).into()];
    VectorFile::new("exp2", &["y"], &["q30", "q15"], inputs.into_iter().map(case))
}

fn roots() -> VectorFile {
    let mut draw = Draw::new(6);
    let mut inputs = vec![1u32 << 30, u32::MAX, 1 << 31, (1 << 30) + 1];
    inputs.resize_with(CASES, || draw.between(1 << 30, u32::MAX.into()) as u32);
    let case = |f: u32| vec![f.into(), rsqrt_q30(f).into()];
    VectorFile::new("rsqrt", &["f"], &["result"], inputs.into_iter().map(case))
}

fn blocks() -> VectorFile {
    let mut draw = Draw::new(7);
    let cases = (0..4).map(|_| {
        let key = core::array::from_fn(|_| draw.word() as u32);
        let counter = draw.word() as u32;
        let nonce = core::array::from_fn(|_| draw.word() as u32);
        let block = chacha20_block(key, counter, nonce);
        vec![key.to_vec().into(), counter.into(), nonce.to_vec().into(), block.to_vec().into()]
    });
    VectorFile::new("chacha20", &["key", "counter", "nonce"], &["block"], cases)
}
