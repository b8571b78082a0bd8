//! One file for each command: its flags and what it does.

pub(crate) mod answer;
pub(crate) mod assets;
pub(crate) mod balance;
pub(crate) mod contract;
pub(crate) mod dao;
pub(crate) mod datasets;
pub(crate) mod jobs;
pub(crate) mod keys;
pub(crate) mod model;
pub(crate) mod models;
pub(crate) mod order;
pub(crate) mod refund;
pub(crate) mod royalties;
pub(crate) mod runner;
pub(crate) mod send;
pub(crate) mod services;
pub(crate) mod settle;
pub(crate) mod status;
pub(crate) mod verify;

use stoa_client::TxOutcome;

use crate::{
    args::{Cli, Command},
    context::Context,
    error::CliError,
    output::{Block, Output},
};

/// Largest page that a list command reads.
pub(crate) const PAGE: u32 = 100;

pub(crate) async fn dispatch(cli: Cli) -> Result<Output, CliError> {
    let context = Context::new(cli.global);
    match cli.command {
        Command::Keys(command) => keys::run(&context, command),
        Command::Balance(args) => balance::run(&context, args).await,
        Command::Send(args) => send::run(&context, args).await,
        Command::Model(command) => model::run(&context, command),
        Command::Models(command) => models::run(&context, command).await,
        Command::Datasets(command) => datasets::run(&context, command).await,
        Command::Services(command) => services::run(&context, command).await,
        Command::Order(args) => order::run(&context, args).await,
        Command::Jobs(command) => jobs::run(&context, command).await,
        Command::Answer(args) => answer::run(&context, args).await,
        Command::Verify(args) => verify::run(&context, args).await,
        Command::Settle(args) => settle::run(&context, args).await,
        Command::Refund(args) => refund::run(&context, args).await,
        Command::Royalties(command) => royalties::run(&context, command).await,
        Command::Dao(command) => dao::run(&context, command).await,
        Command::Contract(command) => contract::run(&context, command).await,
        Command::Runner(command) => runner::run(&context, command),
        Command::Status => status::run(&context).await,
    }
}

/// What people read about a transaction that did `done`.
pub(crate) fn done(what: String, tx: &TxOutcome) -> Vec<Block> {
    vec![
        Block::Text(what),
        Block::Pairs(vec![
            ("transaction", tx.hash.clone()),
            ("block", tx.height.to_string()),
            ("gas used", tx.gas_used.to_string()),
        ]),
    ]
}
