//! Rotation and attention.

use stoa_exact::{
    FIXED_MAX, ROPE_ONE, RowScale, SoftCap, WeightScale,
    attention::{HeadCache, ScoreScale, attend_capped},
    quantise_row, rope_head, rsqrt_q30,
};

use crate::{
    draw::Draw,
    file::{Value, VectorFile},
};

const HEAD: usize = 16;

/// Files of this group.
pub fn files() -> Vec<VectorFile> {
    vec![rotated(), attended(false), attended(true)]
}

fn rotated() -> VectorFile {
    let mut draw = Draw::new(31);
    let cases = (0..24).map(|index| {
        let mut head = draw.row(8);
        // Tables are given; any entries up to one do.
        let limit = if index == 0 { 0 } else { i64::from(ROPE_ONE) };
        let mut table = || (0..4).map(|_| draw.between(-limit, limit) as i32).collect::<Vec<_>>();
        let (cos, sin) = (table(), table());
        let input = head.clone();
        rope_head(&mut head, &cos, &sin);
        vec![input.into(), cos.into(), sin.into(), head.into()]
    });
    VectorFile::new("rotary", &["head", "cos", "sin"], &["output"], cases)
}

fn cached(draw: &mut Draw, positions: usize) -> (Vec<i8>, Vec<RowScale>) {
    let mut codes = vec![0; positions * HEAD];
    let scales = codes.chunks_exact_mut(HEAD).map(|codes| quantise_row(&draw.row(HEAD), codes));
    let scales = scales.collect();
    (codes, scales)
}

/// Attention, plain or with capped scores.
fn attended(is_capped: bool) -> VectorFile {
    let mut draw = Draw::new(if is_capped { 33 } else { 32 });
    let cases = (0..32).map(|index| {
        let positions = [1, 2, 7, 24][index % 4];
        let mut query = vec![0; HEAD];
        let query_scale = quantise_row(&draw.row(HEAD), &mut query);
        // Constants of the whole range that the bounds allow.
        let constant = WeightScale {
            mantissa: rsqrt_q30(draw.between(1 << 30, u32::MAX.into()) as u32) / (1 << 16)
                + (1 << 13),
            shift: 29 + (index as u32 % 5),
        };
        let constant =
            WeightScale { mantissa: constant.mantissa.clamp(1 << 14, (1 << 15) - 1), ..constant };
        let (key_codes, key_scales) = cached(&mut draw, positions);
        let (value_codes, value_scales) = cached(&mut draw, positions);
        let (mut scores, mut sums) = (vec![0; positions], vec![0; HEAD]);
        let mut output = vec![0; HEAD];
        // Caps from a hundredth to all that the bounds allow.
        let cap = is_capped.then(|| [655, 65_536, 4_727_399, FIXED_MAX][index / 4 % 4]);
        attend_capped(
            &query,
            ScoreScale::of_query(query_scale, constant),
            cap.map(SoftCap::new),
            HeadCache { codes: &key_codes, scales: &key_scales },
            HeadCache { codes: &value_codes, scales: &value_scales },
            (&mut scores, &mut sums),
            &mut output,
        );
        let packed = |scales: &[RowScale]| -> Value {
            scales.iter().map(|s| s.pack()).collect::<Vec<_>>().into()
        };
        let inputs = vec![
            query.into(),
            query_scale.mantissa.into(),
            query_scale.bits.into(),
            constant.mantissa.into(),
            constant.shift.into(),
            key_codes.into(),
            packed(&key_scales),
            value_codes.into(),
            packed(&value_scales),
        ];
        let cap = cap.map(Value::from).into_iter().collect();
        [inputs, cap, vec![scores.into(), sums.into(), output.into()]].concat()
    });
    const INPUTS: [&str; 10] = [
        "query",
        "t_q",
        "b_q",
        "kappa",
        "F",
        "keys",
        "key_scales",
        "values",
        "value_scales",
        "cap",
    ];
    let (name, inputs) = match is_capped {
        false => ("attention", &INPUTS[..9]),
        true => ("attention_capped", &INPUTS[..]),
    };
    VectorFile::new(name, inputs, &["scores", "sums", "output"], cases)
}
