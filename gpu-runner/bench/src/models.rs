//! Whole models: prompts and decoding in batches, in turn with llama.cpp.

use std::sync::Arc;

use anyhow::Result;
use clap::ValueEnum;
use rayon::ThreadPool;
use serde::Serialize;
use stoa_engine::{
    CpuOptions, Executor, StepToken,
    synthetic::{Shape, Synthetic},
};
use stoa_simd::{Isa, MAX_TOKENS};

use crate::{
    Arguments, gguf,
    llama::Llama,
    random::Random,
    timing::{Samples, seconds},
};

/// Shapes of published models; the weights are random.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Model {
    /// 24 layers of 896, as Qwen2 0.5B without its biases.
    #[value(name = "0.5b")]
    Half,
    /// 16 layers of 2048, as Llama 3.2 1B.
    #[value(name = "1.2b")]
    OneTwo,
    /// Two small layers, to try the benchmark itself.
    #[value(name = "tiny")]
    Tiny,
}

impl Model {
    /// Name for tables and files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Half => "0.5b",
            Self::OneTwo => "1.2b",
            Self::Tiny => "tiny",
        }
    }

    /// Sizes with room for `context` positions.
    pub fn shape(self, context: u32) -> Shape {
        let [hidden, inner, layers, heads, groups, vocab] = match self {
            Self::Half => [896, 4864, 24, 14, 2, 151_936],
            Self::OneTwo => [2048, 8192, 16, 32, 8, 128_256],
            Self::Tiny => [256, 704, 2, 4, 2, 1024],
        };
        Shape { hidden, inner, layers, heads, groups, head: 64, vocab, context }
    }
}

/// One model, one batch.
#[derive(Serialize)]
pub struct Row {
    /// Shape.
    pub model: &'static str,
    /// Number of weights.
    pub parameters: u64,
    /// Sequences that run together.
    pub batch: u32,
    /// Prompt tokens a second.
    pub prefill: Samples,
    /// Decoded tokens a second, all sequences together.
    pub decode: Samples,
    /// llama.cpp's, sample by sample of the same pairs.
    pub llama: Option<Pair>,
}

/// The other side's samples.
#[derive(Serialize)]
pub struct Pair {
    /// Prompt tokens a second.
    pub prefill: Samples,
    /// Decoded tokens a second.
    pub decode: Samples,
}

/// Measures one shape at every batch.
pub fn measure(model: Model, arguments: &Arguments, pool: &Arc<ThreadPool>) -> Result<Vec<Row>> {
    let context = arguments.prompt + arguments.steps;
    let most = arguments.batches.iter().copied().max().unwrap_or(1);
    let shape = model.shape(context);
    let synthetic = Synthetic::new(shape, 20_261_121)?;
    let pool = Some(Arc::clone(pool));
    let options = CpuOptions { isa: Isa::best(), sequences: most, pool };
    let threads = options.pool.as_ref().map_or(1, |pool| pool.current_num_threads());
    let mut ours = Ours { executor: synthetic.cpu(options), random: Random(3), vocab: shape.vocab };
    let mut theirs = match &arguments.llama {
        None => None,
        Some(driver) => {
            let file = gguf::write(&arguments.output.join("models"), model.name(), shape)?;
            Some(Llama::start(driver, &file, threads, context, most)?)
        }
    };
    let mut rows = Vec::new();
    for batch in arguments.batches.iter().copied() {
        let mut samples = [const { Vec::new() }; 4];
        // The first round warms both sides up.
        for round in 0..=arguments.repeats {
            let ours = ours.sample(batch, arguments)?;
            let theirs =
                theirs.as_mut().map(|theirs| theirs.sample(batch, arguments)).transpose()?;
            if round > 0 {
                samples[0].push(ours[0]);
                samples[1].push(ours[1]);
                let Some(theirs) = theirs else { continue };
                samples[2].push(theirs[0]);
                samples[3].push(theirs[1]);
            }
        }
        let [prefill, decode, their_prefill, their_decode] = samples.map(Samples::new);
        let llama =
            theirs.is_some().then_some(Pair { prefill: their_prefill, decode: their_decode });
        let parameters = synthetic.parameter_count();
        rows.push(Row { model: model.name(), parameters, batch, prefill, decode, llama });
    }
    Ok(rows)
}

struct Ours<E> {
    executor: E,
    random: Random,
    vocab: u32,
}

impl<E: Executor> Ours<E> {
    /// Prompt and decoding rates.
    fn sample(&mut self, batch: u32, arguments: &Arguments) -> Result<[f64; 2]> {
        let prompt: Vec<StepToken> = (0..batch)
            .flat_map(|sequence| (0..arguments.prompt).map(move |position| (sequence, position)))
            .map(|(sequence, position)| {
                self.token(sequence, position, position + 1 == arguments.prompt)
            })
            .collect();
        let mut result = Ok(());
        let prefill = seconds(|| result = self.run(&prompt));
        result?;
        let steps = (0..arguments.steps).map(|step| arguments.prompt + step);
        let steps: Vec<Vec<StepToken>> = steps
            .map(|position| {
                (0..batch).map(|sequence| self.token(sequence, position, true)).collect()
            })
            .collect();
        let mut result = Ok(());
        let decode = seconds(|| result = steps.iter().try_for_each(|step| self.run(step)));
        result?;
        Ok([
            f64::from(batch * arguments.prompt) / prefill,
            f64::from(batch * arguments.steps) / decode,
        ])
    }

    fn token(&mut self, sequence: u32, position: u32, wants_logits: bool) -> StepToken {
        StepToken { sequence, position, id: self.random.below(self.vocab), wants_logits }
    }

    fn run(&mut self, tokens: &[StepToken]) -> Result<()> {
        for step in tokens.chunks(MAX_TOKENS) {
            self.executor.step(step, &mut |_, row| {
                std::hint::black_box(row);
            })?;
        }
        Ok(())
    }
}
