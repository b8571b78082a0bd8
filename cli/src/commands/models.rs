//! `stoa models`.

use clap::Subcommand;
use stoa_primitives::ContentHash;
use stoa_provenance_types::AssetKind;

use super::assets::{self, RegisterArgs};
use crate::{context::Context, error::CliError, output::Output};

#[derive(Subcommand, Debug)]
pub(crate) enum ModelsCommand {
    /// All models
    List,
    /// One model and what it is derived from
    Show {
        /// Its hash (model root)
        hash: ContentHash,
    },
    /// Register a model that you own
    Register(RegisterArgs),
}

pub(crate) async fn run(context: &Context, command: ModelsCommand) -> Result<Output, CliError> {
    match command {
        ModelsCommand::List => assets::list(context, AssetKind::Model).await,
        ModelsCommand::Show { hash } => assets::show(context, hash).await,
        ModelsCommand::Register(args) => assets::register(context, AssetKind::Model, args).await,
    }
}
