//! The quantiser of weight rows. Its output, not its method, is what the model root names.

use stoa_exact::{WeightScale, bounds, bounds::Exceeded};

use super::{matrix::Int4Codes, real::power_of_two, tables::scale_of};

/// Largest group scale.
const MAX_GROUP_SCALE: u32 = 255;
/// Sixteenths of the plain group scale that are tried for a smaller error.
const TRIED_SIXTEENTHS: std::ops::RangeInclusive<u32> = 10..=16;

/// One row in integers.
pub struct Quantised<C> {
    /// Its codes.
    pub codes: C,
    /// Its scale.
    pub scale: WeightScale,
}

/// Scale: `max|w| / 127^2` to 15 bits, at least `2^14 * 2^-48`. Code: `round(w / (127 * scale))`, half away from
/// zero, clamped to ±127.
pub fn int8_row(row: &[f32]) -> Result<Quantised<Vec<i8>>, Exceeded> {
    let largest = row.iter().fold(0f64, |max, value| max.max(f64::from(value.abs())));
    let scale = row_scale(largest / 16129.0);
    let step = step_of(scale);
    let code = |value: &f32| (f64::from(*value) / step).round().clamp(-127.0, 127.0) as i8;
    let codes: Vec<i8> = row.iter().map(code).collect();
    bounds::weight_scale(scale)?;
    bounds::accumulator(&codes)?;
    Ok(Quantised { codes, scale })
}

/// Scale of the row: the widest group fills the largest group scale. Scale of a group: of those tried, the one with
/// the smallest sum of squared errors, the largest of equal ones.
///
/// Group scales end where the accumulator of a row of extreme codes would pass its bound, so no row is refused for it.
pub fn int4_row(row: &[f32], group: u32) -> Result<Quantised<Int4Codes>, Exceeded> {
    let most = bounds::MAX_ACCUMULATOR as u64 / (127 * 8 * row.len().max(1) as u64);
    let most = most.clamp(1, MAX_GROUP_SCALE.into()) as u32;
    let groups = || row.chunks_exact(group as usize);
    let widest = groups().map(plain_step).fold(0.0, f64::max);
    let scale = row_scale(widest / (127.0 * f64::from(most)));
    let step = step_of(scale);
    let (mut pairs, mut group_scales) = (Vec::new(), Vec::new());
    for values in groups() {
        let group_scale = best_scale(values, step, most);
        group_scales.push(group_scale as u8);
        let codes = |value: &f32| int4_code(*value, f64::from(group_scale) * step) as i8 as u8 & 15;
        pairs.extend(values.as_chunks::<2>().0.iter().map(|[a, b]| codes(a) | codes(b) << 4));
    }
    bounds::weight_scale(scale)?;
    bounds::int4_accumulator(&pairs, &group_scales, group)?;
    Ok(Quantised { codes: Int4Codes { group, pairs, group_scales }, scale })
}

/// The smallest step with which every value of a group has a code from -8 to 7.
fn plain_step(values: &[f32]) -> f64 {
    values.iter().fold(0f64, |step, value| {
        let value = f64::from(*value);
        step.max(if value < 0.0 { -value / 8.0 } else { value / 7.0 })
    })
}

fn best_scale(values: &[f32], step: f64, most: u32) -> u32 {
    let plain = (plain_step(values) / step).round().clamp(1.0, f64::from(most));
    let tried = TRIED_SIXTEENTHS.rev().map(|part| (plain * f64::from(part) / 16.0).ceil());
    let error = |scale: f64| -> f64 {
        let step = scale * step;
        let square = |value: &f32| {
            let difference = f64::from(*value) - int4_code(*value, step) * step;
            difference * difference
        };
        values.iter().map(square).sum()
    };
    let first = (plain, error(plain));
    let better =
        |best: (f64, f64), (scale, error)| if error < best.1 { (scale, error) } else { best };
    tried.map(|scale| (scale, error(scale))).fold(first, better).0 as u32
}

fn int4_code(value: f32, step: f64) -> f64 {
    (f64::from(value) / step).round().clamp(-8.0, 7.0)
}

/// The nearest scale, not below the smallest.
fn row_scale(value: f64) -> WeightScale {
    scale_of(value.max(power_of_two(14 - WeightScale::SHIFT_MAX as i32)))
}

/// What one step of a code is worth.
fn step_of(scale: WeightScale) -> f64 {
    127.0 * f64::from(scale.mantissa) * power_of_two(-(scale.shift as i32))
}
