//! Quantisation, products with int8 and int4 weights, embedding.

use stoa_exact::{
    WeightScale, bounds, dot, dot_int4, embed_element, embed_row, matvec_element, quantise_row,
};

use crate::{draw::Draw, file::VectorFile};

const WIDTH: usize = 64;

/// Files of this group.
pub fn files() -> Vec<VectorFile> {
    vec![quantised(), products(), int4_products(), embedded(), embedded_with_factor()]
}

fn quantised() -> VectorFile {
    let mut draw = Draw::new(11);
    let cases = (0..32).map(|_| {
        let row = draw.row(24);
        let mut codes = vec![0; row.len()];
        let scale = quantise_row(&row, &mut codes);
        vec![row.into(), codes.into(), scale.mantissa.into(), scale.bits.into()]
    });
    VectorFile::new("quantise", &["row"], &["codes", "t", "b"], cases)
}

fn products() -> VectorFile {
    let mut draw = Draw::new(12);
    let cases = (0..32).map(|_| {
        let mut codes = vec![0; WIDTH];
        let scale = quantise_row(&draw.row(WIDTH), &mut codes);
        let (weights, weight) = (draw.codes(WIDTH), draw.weight_scale());
        let sum = dot(&codes, &weights);
        let result = matvec_element(sum, scale, weight);
        let inputs = vec![codes.into(), scale.mantissa.into(), scale.bits.into(), weights.into()];
        let rest = vec![weight.mantissa.into(), weight.shift.into(), sum.into(), result.into()];
        [inputs, rest].concat()
    });
    VectorFile::new("product", &["codes", "t", "b", "weights", "m", "f"], &["sum", "result"], cases)
}

fn int4_products() -> VectorFile {
    let mut draw = Draw::new(13);
    let cases = (0..24).map(|index| {
        let group = [32, 64, 128][index % 3];
        let width = 256;
        let mut codes = vec![0; width];
        let scale = quantise_row(&draw.row(width), &mut codes);
        let weights: Vec<u8> = (0..width / 2).map(|_| draw.word() as u8).collect();
        let groups: Vec<u8> = (0..width / group).map(|_| draw.word() as u8).collect();
        let weight = draw.weight_scale();
        let sum = dot_int4(&codes, &weights, &groups);
        let result = matvec_element(sum, scale, weight);
        let inputs = vec![
            codes.into(),
            scale.mantissa.into(),
            scale.bits.into(),
            weights.into(),
            groups.into(),
        ];
        let rest = vec![weight.mantissa.into(), weight.shift.into(), sum.into(), result.into()];
        [inputs, rest].concat()
    });
    let inputs = &["codes", "t", "b", "weights", "group_scales", "m", "f"];
    VectorFile::new("product_int4", inputs, &["sum", "result"], cases)
}

fn embedded() -> VectorFile {
    let mut draw = Draw::new(14);
    let cases = (0..16).map(|_| {
        let (codes, scale) = (draw.codes(16), draw.weight_scale());
        let mut output = vec![0; codes.len()];
        embed_row(&codes, scale, &mut output);
        vec![codes.into(), scale.mantissa.into(), scale.shift.into(), output.into()]
    });
    VectorFile::new("embed", &["codes", "m", "f"], &["row"], cases)
}

fn embedded_with_factor() -> VectorFile {
    let mut draw = Draw::new(15);
    let cases = (0..24).map(|index| {
        let scale = draw.weight_scale();
        // The last third is of int4 weights: code times group scale.
        let steps: Vec<i32> = match index < 16 {
            true => draw.codes(16).into_iter().map(i32::from).collect(),
            false => (0..16).map(|_| draw.between(-2040, 1785) as i32).collect(),
        };
        let places = (bounds::EMBEDDING_SHIFT_MIN.into(), bounds::EMBEDDING_SHIFT_MAX.into());
        let factor = WeightScale {
            mantissa: draw.between(1 << 14, (1 << 15) - 1) as u32,
            shift: draw.between(places.0, places.1) as u32,
        };
        let row: Vec<i32> = steps.iter().map(|step| embed_element(*step, scale, factor)).collect();
        vec![
            steps.into(),
            scale.mantissa.into(),
            scale.shift.into(),
            factor.mantissa.into(),
            factor.shift.into(),
            row.into(),
        ]
    });
    VectorFile::new("embed_scaled", &["steps", "m", "f", "k", "j"], &["row"], cases)
}
