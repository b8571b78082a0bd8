//! The command line's grammar.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::commands::{
    answer::AnswerArgs, balance::BalanceArgs, contract::ContractCommand, dao::DaoCommand,
    datasets::DatasetsCommand, jobs::JobsCommand, keys::KeysCommand, model::ModelCommand,
    models::ModelsCommand, order::OrderArgs, refund::RefundArgs, royalties::RoyaltiesCommand,
    runner::RunnerCommand, send::SendArgs, services::ServicesCommand, settle::SettleArgs,
    verify::VerifyArgs,
};

/// Buy, sell and govern AI on a Stoa chain.
#[derive(Parser, Debug)]
#[command(name = "stoa", version)]
pub struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Flags of every command.
#[derive(Args, Clone, Debug)]
pub(crate) struct Global {
    /// Network file: chain, contracts, content store [default: network.json in the home folder]
    #[arg(long, global = true, env = "STOA_NETWORK", value_name = "FILE")]
    pub network: Option<PathBuf>,
    /// Folder of keys [default: ~/.stoa]
    #[arg(long, global = true, env = "STOA_HOME", value_name = "FOLDER")]
    pub home: Option<PathBuf>,
    /// Name of the signing key [default: the only one]
    #[arg(long, global = true, env = "STOA_FROM", value_name = "KEY")]
    pub from: Option<String>,
    /// Print one JSON document for programs
    #[arg(long, global = true)]
    pub json: bool,
}

/// What to do.
#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Keys (an UNENCRYPTED test keyring: files readable by you only; keep real funds elsewhere)
    #[command(subcommand)]
    Keys(KeysCommand),
    /// What an account owns
    Balance(BalanceArgs),
    /// Pay somebody
    Send(SendArgs),
    /// Model folders on this machine
    #[command(subcommand)]
    Model(ModelCommand),
    /// Models in the provenance registry
    #[command(subcommand)]
    Models(ModelsCommand),
    /// Datasets in the provenance registry
    #[command(subcommand)]
    Datasets(DatasetsCommand),
    /// Services in the marketplace
    #[command(subcommand)]
    Services(ServicesCommand),
    /// Buy one answer
    Order(OrderArgs),
    /// Jobs in the marketplace
    #[command(subcommand)]
    Jobs(JobsCommand),
    /// Fetch an answer and verify it against the chain
    Answer(AnswerArgs),
    /// Verify an answer against the chain, and compute it again with the model
    Verify(VerifyArgs),
    /// Divide a job's price after its challenge window
    Settle(SettleArgs),
    /// Return the price of a job that was not delivered in time
    Refund(RefundArgs),
    /// What models and datasets earn
    #[command(subcommand)]
    Royalties(RoyaltiesCommand),
    /// Proposals and votes
    #[command(subcommand)]
    Dao(DaoCommand),
    /// Upload and call any contract (for deployers)
    #[command(subcommand)]
    Contract(ContractCommand),
    /// Examine this machine as a provider's, or serve on it
    #[command(subcommand)]
    Runner(RunnerCommand),
    /// Where the chain stands
    Status,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split(' '))
    }

    #[test]
    fn the_grammar_has_no_contradictions() {
        Cli::command().debug_assert();
    }

    #[test]
    fn global_flags_stand_before_or_after_the_command() {
        for line in ["stoa --json --from buyer balance", "stoa balance --json --from buyer"] {
            let cli = parse(line).unwrap();
            assert!(cli.global.json);
            assert_eq!(cli.global.from.as_deref(), Some("buyer"));
        }
    }

    #[test]
    fn an_order_takes_its_sampling_options() {
        let line = "stoa order 3 --prompt hi --max-tokens 8 --temperature 0.7 --top-p 0.9 --seed 5 --stream";
        let Command::Order(order) = parse(line).unwrap().command else { panic!("not an order") };
        assert_eq!(order.service_id, 3);
        let fields = order.input("hi".to_owned()).unwrap().fields().clone();
        assert_eq!((fields.max_new_tokens, fields.temperature_milli, fields.seed), (8, 700, 5));
        assert_eq!(fields.top_p_milli, 900);
        let line = "stoa order 3 --prompt hi";
        let Command::Order(order) = parse(line).unwrap().command else { panic!("not an order") };
        assert_eq!(order.input("hi".to_owned()).unwrap().fields().top_p_milli, 0);
    }

    #[test]
    fn flags_of_the_runner_are_passed_on_as_they_are() {
        let line = "stoa runner doctor --backend cpu --model-dir models/x";
        assert!(matches!(parse(line).unwrap().command, Command::Runner(_)));
        assert!(parse("stoa runner dance").is_err());
    }

    #[test]
    fn wrong_amounts_votes_and_missing_prompts_are_refused_before_anything_happens() {
        for line in [
            "stoa send stoa1x 1.5ustoa",
            "stoa dao vote 1 maybe",
            "stoa order 1",
            "stoa order 1 --prompt a --temperature hot",
            "stoa order 1 --prompt a --top-p 0",
            "stoa order 1 --prompt a --top-p 1.1",
            "stoa models register --hash 12 --name x --license MIT",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
