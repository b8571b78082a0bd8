//! The whole trace of a claim: one teacher-forced pass, tensor by tensor.

use alloc::{vec, vec::Vec};

use stoa_exact::{
    Choice, RowScale, add_fixed,
    attention::{HeadCache, ScoreScale, attend, softmax_numerator},
    dot, embed_row, matvec_element, quantise_row, rms_norm, rope_head, sample, swiglu,
};

use crate::{Claim, Model, Norm, Shape, Table, Trace};

/// A quantised matrix of one row a position.
struct Quantised {
    codes: Vec<i8>,
    scales: Vec<RowScale>,
}

impl Quantised {
    fn of(rows: &[i32], width: usize) -> Self {
        let mut codes = vec![0; rows.len()];
        let pairs = rows.chunks_exact(width).zip(codes.chunks_exact_mut(width));
        let scales = pairs.map(|(row, codes)| quantise_row(row, codes)).collect();
        Self { codes, scales }
    }

    fn words(&self) -> Vec<i32> {
        self.scales.iter().map(|scale| scale.pack() as i32).collect()
    }
}

struct Pass<'a, M> {
    model: &'a M,
    shape: Shape,
    trace: Trace,
}

/// Computes every tensor; `None` when the model lacks a part or an id is unknown.
pub fn record(model: &impl Model, claim: Claim<'_>) -> Option<Trace> {
    let shape = model.shape(claim.ids.positions);
    let mut pass = Pass { model, shape, trace: Trace::new(shape) };
    let hidden = shape.hidden as usize;
    let mut residual = vec![0; claim.ids.known.len() * hidden];
    for (row, id) in residual.chunks_exact_mut(hidden).zip(claim.ids.known) {
        let weights = model.row(Table::Embedding, 0, *id)?;
        embed_row(weights.codes, weights.scale, row);
    }
    pass.trace.push_words(&residual);
    for layer in 0..shape.layers {
        let normed = pass.norm(Norm::Attention, layer, &residual)?;
        let projected =
            pass.product(Table::Projection, layer, &normed, shape.width(crate::Part::Projection))?;
        let mixed = pass.attention(&projected)?;
        let mixed = pass.quantised(&mixed, shape.heads * shape.head);
        let output = pass.product(Table::Output, layer, &mixed, shape.hidden)?;
        pass.accumulate(&mut residual, &output);
        let normed = pass.norm(Norm::Feed, layer, &residual)?;
        let gate_up = pass.product(Table::GateUp, layer, &normed, 2 * shape.inner)?;
        let gated = gate_up.chunks_exact(2 * shape.inner as usize).flat_map(|row| {
            let (gates, ups) = row.split_at(shape.inner as usize);
            gates.iter().zip(ups).map(|(gate, up)| swiglu(*gate, *up))
        });
        let gated: Vec<i32> = gated.collect();
        pass.trace.push_words(&gated);
        let gated = pass.quantised(&gated, shape.inner);
        let down = pass.product(Table::Down, layer, &gated, shape.hidden)?;
        pass.accumulate(&mut residual, &down);
    }
    let normed = pass.norm(Norm::Final, 0, &residual)?;
    let logits = pass.product(Table::Logits, 0, &normed, shape.vocab)?;
    let drawn = (1..).zip(logits.chunks_exact(shape.vocab as usize)).map(|(position, row)| {
        sample(row, Choice { position, ..claim.choice }).unwrap_or_default() as i32
    });
    let drawn: Vec<i32> = drawn.collect();
    pass.trace.push_words(&drawn);
    Some(pass.trace)
}

impl<M: Model> Pass<'_, M> {
    fn norm(&mut self, norm: Norm, layer: u32, rows: &[i32]) -> Option<Quantised> {
        let hidden = self.shape.hidden;
        let weights = (0..hidden).map(|index| self.model.norm(norm, layer, index));
        let weights: Vec<i32> = weights.collect::<Option<_>>()?;
        let mut output = vec![0; rows.len()];
        let width = hidden as usize;
        for (row, output) in rows.chunks_exact(width).zip(output.chunks_exact_mut(width)) {
            rms_norm(row, &weights, self.model.constants().0, output);
        }
        self.trace.push_words(&output);
        Some(self.quantised(&output, hidden))
    }

    fn quantised(&mut self, rows: &[i32], width: u32) -> Quantised {
        let quantised = Quantised::of(rows, width as usize);
        self.trace.push_words(&quantised.words());
        self.trace.push_codes(&quantised.codes);
        quantised
    }

    fn product(
        &mut self,
        table: Table,
        layer: u32,
        input: &Quantised,
        rows: u32,
    ) -> Option<Vec<i32>> {
        let positions = input.scales.len();
        let width = input.codes.len() / positions.max(1);
        let mut output = vec![0; positions * rows as usize];
        for row in 0..rows {
            let weights = self.model.row(table, layer, row)?;
            let inputs = input.codes.chunks_exact(width).zip(&input.scales).enumerate();
            for (position, (codes, scale)) in inputs {
                let value = matvec_element(dot(weights.codes, codes), *scale, weights.scale);
                output[position * rows as usize + row as usize] = value;
            }
        }
        self.trace.push_words(&output);
        Some(output)
    }

    fn accumulate(&mut self, residual: &mut [i32], delta: &[i32]) {
        for (value, delta) in residual.iter_mut().zip(delta) {
            *value = add_fixed(*value, *delta);
        }
        self.trace.push_words(residual);
    }

    /// Rotation, quantised heads, scores, softmax and the mixed values.
    fn attention(&mut self, projected: &[i32]) -> Option<Vec<i32>> {
        let Shape { heads, groups, head, positions, .. } = self.shape;
        let (width, rotated_width) =
            (((heads + 2 * groups) * head) as usize, ((heads + groups) * head) as usize);
        let (head, half) = (head as usize, head / 2);
        let mut rotated = Vec::new();
        let mut values = Vec::new();
        for (position, row) in (0..positions).zip(projected.chunks_exact(width)) {
            let pairs = (0..half).map(|pair| self.model.rotary(position, pair));
            let (cos, sin): (Vec<i32>, Vec<i32>) =
                pairs.collect::<Option<Vec<_>>>()?.into_iter().unzip();
            let (turning, still) = row.split_at(rotated_width);
            let start = rotated.len();
            rotated.extend_from_slice(turning);
            rotated[start..].chunks_exact_mut(head).for_each(|slot| rope_head(slot, &cos, &sin));
            values.extend_from_slice(still);
        }
        self.trace.push_words(&rotated);
        let rotated = self.quantised(&rotated, head as u32);
        let values = self.transposed(&Quantised::of(&values, head));
        Some(self.mix(&rotated, &values))
    }

    /// Records the value heads and returns them a group after the other, positions in order.
    fn transposed(&mut self, values: &Quantised) -> Vec<Quantised> {
        let (groups, head) = (self.shape.groups as usize, self.shape.head as usize);
        let of_group = |group: usize| {
            let rows = values.codes.chunks_exact(head).skip(group).step_by(groups);
            let scales = values.scales.iter().skip(group).step_by(groups).copied();
            Quantised { codes: rows.flatten().copied().collect(), scales: scales.collect() }
        };
        let by_group: Vec<Quantised> = (0..groups).map(of_group).collect();
        let scales: Vec<i32> = by_group.iter().flat_map(Quantised::words).collect();
        self.trace.push_words(&scales);
        let columns = by_group.iter().flat_map(|group| {
            (0..head).flat_map(move |column| group.codes.iter().skip(column).step_by(head).copied())
        });
        let columns: Vec<i8> = columns.collect();
        self.trace.push_codes(&columns);
        by_group
    }

    fn mix(&mut self, rotated: &Quantised, values: &[Quantised]) -> Vec<i32> {
        let Shape { heads, groups, head, positions, .. } = self.shape;
        let (heads, groups, head) = (heads as usize, groups as usize, head as usize);
        let slots = heads + groups;
        let (mut scores, mut summaries, mut mixed) = (Vec::new(), Vec::new(), Vec::new());
        for position in 0..positions as usize {
            for index in 0..heads {
                let group = index / (heads / groups);
                let slot = position * slots + index;
                let query = &rotated.codes[slot * head..][..head];
                let scale = ScoreScale::of_query(rotated.scales[slot], self.model.constants().1);
                let keys: Vec<i8> = (0..=position)
                    .flat_map(|u| &rotated.codes[(u * slots + heads + group) * head..][..head])
                    .copied()
                    .collect();
                let key_scales: Vec<RowScale> =
                    (0..=position).map(|u| rotated.scales[u * slots + heads + group]).collect();
                let value = &values[group];
                let cache = HeadCache {
                    codes: &value.codes[..(position + 1) * head],
                    scales: &value.scales[..=position],
                };
                let (mut row, mut sums, mut out) =
                    (vec![0; position + 1], vec![0; head], vec![0; head]);
                let keys = HeadCache { codes: &keys, scales: &key_scales };
                attend(query, scale, keys, cache, (&mut row, &mut sums), &mut out);
                let max = row.iter().copied().fold(-stoa_exact::FIXED_MAX, i32::max);
                let sum: u32 = row.iter().map(|score| softmax_numerator(*score, max)).sum();
                let bits = cache.scales.iter().map(|scale| scale.bits).fold(1, u32::max);
                scores.extend(row);
                summaries.extend([max, sum as i32, bits as i32]);
                mixed.extend(out);
            }
        }
        self.trace.push_words(&scores);
        self.trace.push_words(&summaries);
        self.trace.push_words(&mixed);
        mixed
    }
}
