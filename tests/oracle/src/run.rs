//! Both chains, block by block.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    thread,
};

use anyhow::{Context as _, Result, ensure};
use cosmrs::proto::cosmos::auth::v1beta1::{
    BaseAccount, QueryAccountRequest, QueryAccountResponse,
};
use prost::Message as _;
use tendermint_proto::v0_38::abci::ExecTxResult;

use crate::{
    compare::{self, Admission, Difference, Outcome, Place},
    peer::{Genesis, Peer, Stoad, Wasmd},
    scenario::{Account, Action, Scenario, Tx, World},
};

/// Height of a scenario's first block.
const FIRST_HEIGHT: u64 = 3;
/// Who sends the transaction before.
const WARM_UP_ACTOR: &str = "heidi";

/// What is needed to start chains.
pub struct Stage {
    wasmd: Wasmd,
    stoad: Stoad,
    genesis: Genesis,
    files: PathBuf,
}

/// Two chains that have come equally far.
struct Pair {
    wasmd: Peer,
    stoad: Peer,
    world: World,
}

impl Stage {
    /// Uses two programs and a folder of contracts.
    pub fn new(wasmd: &Path, stoad: &Path, files: &Path) -> Result<Self> {
        let wasmd = Wasmd::new(wasmd)?;
        let genesis = Genesis::new(&wasmd.base_genesis()?)?;
        Ok(Self { wasmd, stoad: Stoad::new(stoad), genesis, files: files.to_owned() })
    }

    /// Runs a scenario on fresh chains.
    pub fn run(&self, scenario: &Scenario) -> Result<Outcome> {
        let mut pair = Pair {
            wasmd: self.wasmd.start(&self.genesis).context("wasmd")?,
            stoad: self.stoad.start(&self.genesis).context("stoad")?,
            world: World::new(&self.files),
        };
        pair.warm_up()?;
        let mut outcome = Outcome::default();
        for (txs, height) in scenario.blocks.iter().zip(FIRST_HEIGHT..) {
            let place = Place { scenario: scenario.name.clone(), height };
            pair.block(txs, &place, &mut outcome).with_context(|| format!("{place}"))?;
        }
        Ok(outcome)
    }
}

impl Pair {
    /// Accounts can be asked for after a first block, and one transaction makes both count transactions:
    /// wasmd has counted that of its validator at genesis. Neither is compared.
    fn warm_up(&mut self) -> Result<()> {
        self.wasmd.block(&[])?;
        self.stoad.block(&[])?;
        let send = Action::send(WARM_UP_ACTOR, WARM_UP_ACTOR, "1ustoa");
        let bytes = self.sign(&[Tx::new("warm up", WARM_UP_ACTOR, send)])?;
        for results in [self.wasmd.block(&bytes)?, self.stoad.block(&bytes)?] {
            let is_ok = results.first().is_some_and(|result| result.code == 0);
            ensure!(is_ok, "the chains do not work at all: {results:?}");
        }
        Ok(())
    }

    fn block(&mut self, txs: &[Tx], place: &Place, outcome: &mut Outcome) -> Result<()> {
        let bytes = self.sign(txs)?;
        let admit = |peer: &mut Peer| bytes.iter().map(|tx| peer.admit(tx)).collect();
        let (expected, actual): (Vec<Admission>, Vec<Admission>) = self.both(admit)?;
        for ((tx, expected), actual) in txs.iter().zip(&expected).zip(&actual) {
            let simulated = compare::simulations(&expected.simulated, &actual.simulated);
            outcome.add_admission(place, &format!("{} (simulated)", tx.name), simulated);
            let checked = compare::checks(&expected.checked, &actual.checked);
            outcome.add_admission(place, &format!("{} (checked)", tx.name), checked);
        }
        let (expected, actual) = self.both(|peer| peer.block(&bytes))?;
        let mut touched = BTreeSet::new();
        for ((tx, expected), actual) in txs.iter().zip(&expected).zip(&actual) {
            outcome.add(place, &tx.name, compare::results(expected, actual));
            if expected.code == 0 {
                self.world.learn(tx, expected);
            }
            touched.extend(addresses(expected));
            for signer in &tx.signers {
                touched.insert(self.world.address(signer)?);
            }
        }
        let names: Vec<&str> = txs.iter().map(|tx| tx.name.as_str()).collect();
        outcome.add_state(place, &names.join(", "), self.state(&touched)?);
        Ok(())
    }

    /// Does the same with both at the same time.
    fn both<T: Send>(&mut self, action: impl Fn(&mut Peer) -> Result<T> + Sync) -> Result<(T, T)> {
        let (wasmd, stoad) = (&mut self.wasmd, &mut self.stoad);
        let (expected, actual) = thread::scope(|scope| {
            let oracle = scope.spawn(|| action(wasmd));
            let actual = action(stoad);
            (oracle.join(), actual)
        });
        let expected = expected.map_err(|_| anyhow::anyhow!("wasmd's thread panicked"))?;
        Ok((expected.context("wasmd")?, actual.context("stoad")?))
    }

    /// Signs with the sequences of the last height, counted on within the block.
    fn sign(&mut self, txs: &[Tx]) -> Result<Vec<Vec<u8>>> {
        let mut accounts: BTreeMap<String, Account> = BTreeMap::new();
        let mut signed = Vec::new();
        for tx in txs {
            let mut own = Vec::new();
            for signer in &tx.signers {
                if !accounts.contains_key(signer) {
                    accounts.insert(signer.clone(), self.account(signer)?);
                }
                own.extend(accounts.get(signer).copied());
            }
            signed.push(self.world.sign(tx, &own)?);
            if tx.flaw.is_none() {
                let used = accounts.iter_mut().filter(|(name, _)| tx.signers.contains(*name));
                used.for_each(|(_, account)| account.sequence += 1);
            }
        }
        Ok(signed)
    }

    fn account(&mut self, name: &str) -> Result<Account> {
        let request = QueryAccountRequest { address: self.world.address(name)? };
        let path = "/cosmos.auth.v1beta1.Query/Account";
        let answer = self.wasmd.query(path, request.encode_to_vec())?;
        if answer.code != 0 {
            return Ok(Account::default());
        }
        let account = QueryAccountResponse::decode(answer.value.as_slice())?.account;
        let account = account.context("an answer without account")?;
        let BaseAccount { account_number: number, sequence, .. } =
            BaseAccount::decode(account.value.as_slice())?;
        Ok(Account { number, sequence })
    }

    /// Compares what is stored for the addresses.
    fn state(&mut self, touched: &BTreeSet<String>) -> Result<Vec<(String, Difference)>> {
        let mut differences = Vec::new();
        let asked = touched.iter().flat_map(|address| compare::questions(address));
        for (what, path, request) in asked.chain(compare::standing_questions()) {
            let expected = self.wasmd.query(path, request.clone())?;
            let actual = self.stoad.query(path, request)?;
            differences.extend(compare::answers(&what, &expected, &actual));
        }
        Ok(differences)
    }
}

/// The addresses that a result's events mention.
fn addresses(result: &ExecTxResult) -> impl Iterator<Item = String> + '_ {
    let attributes = result.events.iter().flat_map(|event| &event.attributes);
    attributes
        .map(|attribute| attribute.value.clone())
        .filter(|value| value.parse::<cosmrs::AccountId>().is_ok())
}
