//! `stoa keys`.

use std::{io::Read, path::PathBuf};

use clap::Subcommand;
use serde_json::json;
use stoa_client::{Key, KeyRecord};

use crate::{
    context::Context,
    error::CliError,
    output::{Block, Output},
};

/// Keys lie UNENCRYPTED in the home folder, readable by their owner only: a test keyring.
#[derive(Subcommand, Debug)]
pub(crate) enum KeysCommand {
    /// Make a new key and show its words, once
    Add {
        /// Name of the key
        name: String,
    },
    /// Keep the key of BIP-39 words, read from a file or from standard input
    Import {
        /// Name of the key
        name: String,
        /// File with the words [default: standard input]
        #[arg(long, value_name = "FILE")]
        mnemonic_file: Option<PathBuf>,
    },
    /// Names and addresses
    List,
    /// Address and public key
    Show {
        /// Name of the key
        name: String,
    },
}

pub(crate) fn run(context: &Context, command: KeysCommand) -> Result<Output, CliError> {
    let store = context.keys()?;
    match command {
        KeysCommand::Add { name } => {
            let mnemonic = Key::generate_mnemonic()?;
            let KeyRecord { name, address } = store.add(&name, &mnemonic)?;
            let json = json!({ "name": name, "address": address, "mnemonic": mnemonic });
            let words = format!("Write these words down; they are the key:\n\n{mnemonic}");
            Output::new(&json, vec![pairs(&name, &address), Block::Text(words)])
        }
        KeysCommand::Import { name, mnemonic_file } => {
            let record = store.add(&name, &read_words(mnemonic_file)?)?;
            Output::new(&record, vec![pairs(&record.name, &record.address)])
        }
        KeysCommand::List => {
            let records = store.list()?;
            let rows = records.iter().map(|key| vec![key.name.clone(), key.address.clone()]);
            let table = Block::Table { headers: vec!["Name", "Address"], rows: rows.collect() };
            Output::new(&records, vec![table])
        }
        KeysCommand::Show { name } => {
            let key = store.load(&name)?;
            let public_key = hex::encode(key.public_key());
            let json = json!({ "name": name, "address": key.address(), "public_key": public_key });
            let blocks =
                vec![pairs(&name, key.address()), Block::Pairs(vec![("public key", public_key)])];
            Output::new(&json, blocks)
        }
    }
}

fn pairs(name: &str, address: &str) -> Block {
    Block::Pairs(vec![("name", name.to_owned()), ("address", address.to_owned())])
}

fn read_words(file: Option<PathBuf>) -> Result<String, CliError> {
    match file {
        Some(path) => {
            std::fs::read_to_string(&path).map_err(|source| CliError::File { path, source })
        }
        None => {
            let mut words = String::new();
            let read = std::io::stdin().read_to_string(&mut words);
            read.map_err(|source| CliError::File { path: "standard input".into(), source })?;
            Ok(words)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::{Cli, Command};
    use clap::Parser;

    #[test]
    fn imported_words_give_the_address_that_wallets_show() {
        let home = tempfile::tempdir().unwrap();
        let words = home.path().join("words");
        std::fs::write(&words, format!("{}about\n", "abandon ".repeat(11))).unwrap();
        let cli = Cli::parse_from([
            "stoa".as_ref(),
            "--home".as_ref(),
            home.path().as_os_str(),
            "keys".as_ref(),
            "import".as_ref(),
            "test".as_ref(),
            "--mnemonic-file".as_ref(),
            words.as_os_str(),
        ]);
        let Command::Keys(command) = cli.command else { panic!("not keys") };
        let output = run(&Context::new(cli.global), command).unwrap();
        // cosmos19rl4cm2hmr8afy4kldpxz3fka4jguq0auqdal4 with another prefix.
        assert!(
            output.json["address"]
                .as_str()
                .unwrap()
                .starts_with("stoa19rl4cm2hmr8afy4kldpxz3fka4jguq0a")
        );
    }
}
