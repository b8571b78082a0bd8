//! `stoa datasets`.

use clap::Subcommand;
use stoa_primitives::ContentHash;
use stoa_provenance_types::AssetKind;

use super::assets::{self, RegisterArgs};
use crate::{context::Context, error::CliError, output::Output};

#[derive(Subcommand, Debug)]
pub(crate) enum DatasetsCommand {
    /// All datasets
    List,
    /// One dataset and what it is derived from
    Show {
        /// Its hash
        hash: ContentHash,
    },
    /// Register a dataset that you own
    Register(RegisterArgs),
}

pub(crate) async fn run(context: &Context, command: DatasetsCommand) -> Result<Output, CliError> {
    match command {
        DatasetsCommand::List => assets::list(context, AssetKind::Dataset).await,
        DatasetsCommand::Show { hash } => assets::show(context, hash).await,
        DatasetsCommand::Register(args) => {
            assets::register(context, AssetKind::Dataset, args).await
        }
    }
}
