//! `stoa model`: models on this machine; no chain is asked.

mod inspect;
mod pack;

use std::path::PathBuf;

use clap::Subcommand;
use stoa_engine::EngineError;

use crate::{context::Context, error::CliError, output::Output};

#[derive(Subcommand, Debug)]
pub(crate) enum ModelCommand {
    /// What registers a model, and what its integers cost on a text
    Inspect {
        /// Folder, package or GGUF file of the model
        model: PathBuf,
        /// Text to measure the error of every layer and the loss of perplexity with, beside the weights in f32
        #[arg(long, value_name = "FILE")]
        text: Option<PathBuf>,
    },
    /// Makes a model package: integers in the kernels' layout, verified at every load
    Pack {
        /// Folder or GGUF file of the model
        model: PathBuf,
        /// Folder to make; an attempt that was broken off is gone on with
        #[arg(long, value_name = "FOLDER")]
        output: PathBuf,
        /// SPDX identifier of the weights' licence, as in Apache-2.0
        #[arg(long, value_name = "SPDX")]
        license: Option<String>,
    },
}

pub(crate) fn run(context: &Context, command: ModelCommand) -> Result<Output, CliError> {
    match command {
        ModelCommand::Inspect { model, text } => inspect::run(&model, text),
        ModelCommand::Pack { model, output, license } => {
            pack::run(context, &model, &output, license)
        }
    }
}

fn refused(error: EngineError) -> CliError {
    CliError::Engine(Box::new(error))
}
