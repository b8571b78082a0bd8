//! `stoad` dies at every step of a block, again and again, under random load: it always comes back to what
//! a node that never died has.
//!
//! `STOA_KILLS=500` makes the run longer, `STOA_SEED` replays one.

use std::{
    fs::{self, File},
    io,
    os::unix::process::ExitStatusExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::{self, JoinHandle, sleep},
    time::{Duration, Instant},
};

use prost::Message as _;
use stoa_app::{App, AppConfig, Block, TxResult, ante::AnteParams};
use stoa_mock_consensus::{Actor, Genesis, MockChain, TxBuilder, execute, send};
use stoa_store::{FailPoint, Root, fail_point};
use tempfile::TempDir;
use tendermint_proto::v0_38::abci::RequestQuery;

use crate::{
    abci::Connection,
    choice::{Choice, number},
};

const START: u128 = 1_000_000_000_000_000;
/// Blocks within which an armed point must be reached.
const MAX_BLOCKS_A_ROUND: u64 = 80;
/// Rounds between two looks at everything that is on the disk.
const ROUNDS_BETWEEN_CHECKS: u64 = 12;
/// One round in so many begins with a node that has to replay everything.
const ODDS_OF_A_NEW_NODE: u64 = 50;
const START_TIMEOUT: Duration = Duration::from_secs(300);
const SIGKILL: i32 = 9;
const SIGABRT: i32 = 6;

/// The node that never dies, with what it said.
struct Reference {
    chain: MockChain,
    actors: [Actor; 2],
    contract: String,
    /// Of the blocks after the contract's.
    results: Vec<Vec<TxResult>>,
    first: u64,
}

impl Reference {
    fn new() -> Self {
        let actors = [Actor::new("buyer"), Actor::new("provider")];
        let [buyer, provider] = &actors;
        let genesis = Genesis::new().with_balance(buyer, START).with_balance(provider, START);
        let mut chain = MockChain::new(&genesis).unwrap();
        let contract = chain.deploy_probe(buyer).unwrap();
        let first = chain.height() + 1;
        Self { chain, actors, contract, results: Vec::new(), first }
    }

    fn block(&self, height: u64) -> (&Block, Root) {
        let (block, root) = &self.chain.blocks()[height as usize - 1];
        (block, root.unwrap())
    }

    fn results(&self, height: u64) -> Option<&Vec<TxResult>> {
        self.results.get(height.checked_sub(self.first)? as usize)
    }

    fn sequences(&self) -> [u64; 2] {
        [0, 1].map(|index| self.chain.account(&self.actors[index]).unwrap().1)
    }

    /// A block of anything.
    fn advance(&mut self, choice: &mut Choice) {
        let mut sequences = self.sequences();
        let count = choice.below(6);
        let txs = (0..count).map(|_| self.tx(choice, &mut sequences)).collect();
        let results = self.chain.deliver_block(txs).unwrap();
        self.results.push(results);
    }

    fn tx(&self, choice: &mut Choice, sequences: &mut [u64; 2]) -> Vec<u8> {
        let from = choice.below(2) as usize;
        let (actor, other) = (&self.actors[from], &self.actors[1 - from]);
        let mut tx = TxBuilder::new(from as u64, sequences[from]);
        let call = |message: &str| execute(actor, &self.contract, message);
        let amount = 1 + u128::from(choice.below(1_000));
        tx = match choice.below(12) {
            0 => return vec![choice.below(256) as u8; choice.below(40) as usize],
            // Refused: the sequence does not move.
            1 => {
                let ahead = tx.sequence(sequences[from] + 7);
                return ahead.message(send(actor, &other.address(), 1)).sign(actor);
            }
            2 => tx.message(send(actor, &other.address(), START * 9)),
            3 => {
                let (count, bytes) = (choice.below(8), choice.below(400));
                let fill = format!(r#"{{"fill":{{"count":{count},"bytes":{bytes}}}}}"#);
                tx.message(call(&fill)).gas(3_000_000).fee(75_000)
            }
            4 => tx.message(call(r#"{"loop":{}}"#)).gas(400_000).fee(10_000),
            _ => tx.message(send(actor, &other.address(), amount)),
        };
        sequences[from] += 1;
        tx.sign(actor)
    }
}

/// How a round ends.
#[derive(Clone, Copy, Debug)]
enum Death {
    At(FailPoint, u64),
    After(Duration),
}

impl Death {
    /// Most points once, then at random.
    fn of_round(round: u64, choice: &mut Choice) -> Self {
        let (first, later) = FailPoint::ALL.split_first().unwrap();
        assert_eq!(*first, FailPoint::GenesisBuilt);
        if round == 0 || choice.one_in(ODDS_OF_A_NEW_NODE) {
            return Self::At(*first, 1);
        }
        if let Some(point) = later.get(round as usize - 1) {
            return Self::At(*point, 1);
        }
        if choice.one_in(4) {
            return Self::After(Duration::from_micros(choice.below(400_000)));
        }
        Self::At(*choice.of(later), 1 + choice.below(5))
    }
}

/// The node that dies.
struct Victim {
    home: TempDir,
    process: Option<Child>,
    /// Last height whose commit was answered: it may never be lost.
    acknowledged: u64,
}

impl Victim {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join("config")).unwrap();
        fs::write(home.path().join("config/app.toml"), stoad::config::EXAMPLE).unwrap();
        Self { home, process: None, acknowledged: 0 }
    }

    fn socket(&self) -> PathBuf {
        self.home.path().join("abci.sock")
    }

    fn data(&self) -> PathBuf {
        self.home.path().join("data")
    }

    fn log(&self) -> File {
        let path = self.home.path().join("stoad.log");
        File::options().create(true).append(true).open(path).unwrap()
    }

    fn start(&mut self, death: Option<Death>) -> Connection {
        let _ = fs::remove_file(self.socket());
        let mut command = Command::new(env!("CARGO_BIN_EXE_stoad"));
        command.args(["start", "--home"]).arg(self.home.path());
        command.env("STOAD_ABCI__ADDRESS", format!("unix://{}", self.socket().display()));
        command.env("STOAD_API__ENABLED", "false");
        // Every tenth block forgets ten.
        command.env("STOAD_STORE__PRUNING", "everything");
        if let Some(Death::At(point, visit)) = death {
            command.env(fail_point::VARIABLE, format!("{}:{visit}", point.name()));
        }
        let process = command.stdout(Stdio::null()).stderr(self.log()).spawn().unwrap();
        self.process = Some(process);
        let started = Instant::now();
        loop {
            match Connection::open(&self.socket()) {
                Ok(connection) => return connection,
                Err(error) => assert!(started.elapsed() < START_TIMEOUT, "{error}"),
            }
            sleep(Duration::from_millis(2));
        }
    }

    /// The handshake of consensus: what the victim lacks is replayed, and nothing may be missing.
    fn catch_up(&mut self, connection: &mut Connection, with: &Reference) -> io::Result<()> {
        let info = connection.info()?;
        let height = info.last_block_height as u64;
        assert!(height >= self.acknowledged, "height {} is lost, {height} left", self.acknowledged);
        if height == 0 {
            connection.init_chain(with.chain.genesis())?;
        } else {
            assert_eq!(info.last_block_app_hash, with.block(height).1.to_vec(), "at {height}");
        }
        for height in height + 1..=with.chain.height() {
            self.deliver(connection, with, height)?;
        }
        Ok(())
    }

    fn deliver(
        &mut self,
        connection: &mut Connection,
        with: &Reference,
        height: u64,
    ) -> io::Result<()> {
        let (block, root) = with.block(height);
        let answer = connection.finalize(block)?;
        assert_eq!(answer.app_hash, root.to_vec(), "block {height} leads to another root");
        if let Some(results) = with.results(height) {
            let expected: Vec<_> = results.iter().map(|tx| (tx.code, tx.gas_used as i64)).collect();
            let found: Vec<_> = answer.tx_results.iter().map(|tx| (tx.code, tx.gas_used)).collect();
            assert_eq!(found, expected, "results of block {height}");
        }
        connection.commit()?;
        self.acknowledged = height;
        Ok(())
    }

    /// Lives until it dies; returns the signal that ended it.
    fn live(&mut self, death: Death, with: &mut Reference, choice: &mut Choice) -> Option<i32> {
        let mut connection = self.start(Some(death));
        let killer = self.killer(death);
        let mut outcome = self.catch_up(&mut connection, with);
        let mut blocks = 0;
        while outcome.is_ok() {
            assert!(blocks < MAX_BLOCKS_A_ROUND || killer.is_some(), "{death:?} is never reached");
            with.advance(choice);
            blocks += 1;
            outcome = self.deliver(&mut connection, with, with.chain.height());
            if outcome.is_ok() && choice.one_in(3) {
                // Admission runs beside; what it says is no matter of this test.
                let tx = with.tx(choice, &mut with.sequences());
                outcome = connection.check(&tx).map(drop);
            }
        }
        let hung = outcome.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock);
        assert!(!hung, "{death:?}: no answer, and not dead");
        if let Some(killer) = killer {
            killer.join().unwrap();
        }
        self.process.take().unwrap().wait().unwrap().signal()
    }

    fn killer(&self, death: Death) -> Option<JoinHandle<()>> {
        let Death::After(delay) = death else { return None };
        let process = self.process.as_ref().unwrap().id().to_string();
        Some(thread::spawn(move || {
            sleep(delay);
            Command::new("kill").args(["-9", &process]).status().unwrap();
        }))
    }

    /// Everything on the disk, and what a client sees.
    fn check(&mut self, with: &Reference) {
        let mut connection = self.start(None);
        self.catch_up(&mut connection, with).unwrap();
        for (actor, expected) in with.actors.iter().zip(with.sequences()) {
            assert_eq!(sequence(&mut connection, actor), expected, "a sequence");
        }
        self.end();
        let root = with.block(with.chain.height()).1;
        let app = open(&self.data());
        assert_eq!(app.info().unwrap().app_hash, Some(root));
        assert_eq!(app.recompute_app_hash().unwrap(), root, "values and tree differ");
    }

    fn end(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        self.end();
    }
}

fn open(data: &Path) -> App {
    let config = AppConfig {
        pruning: stoa_app::Pruning { keep_recent: 3, interval: 1 },
        min_retain_blocks: 0,
        snapshots: stoa_app::snapshot::Schedule::NEVER,
        ante: AnteParams::default(),
        beacon: None,
        upgrades: stoa_app::known_upgrades(),
        cores: None,
    };
    App::open(data, config).unwrap()
}

fn sequence(connection: &mut Connection, actor: &Actor) -> u64 {
    use cosmos_sdk_proto::cosmos::auth::v1beta1::{
        BaseAccount, QueryAccountRequest, QueryAccountResponse,
    };
    let data = QueryAccountRequest { address: actor.address().to_string() }.encode_to_vec();
    let path = "/cosmos.auth.v1beta1.Query/Account".to_owned();
    let request = RequestQuery { path, data: data.into(), ..RequestQuery::default() };
    let answer = connection.query(request).unwrap();
    let account = QueryAccountResponse::decode(answer.value).unwrap().account.unwrap();
    BaseAccount::decode(account.value.as_slice()).unwrap().sequence
}

#[test]
fn killed_at_every_step_of_a_block_nothing_is_lost_and_every_root_is_that_of_a_node_that_never_died()
 {
    let mut choice = Choice::seeded("killed_at_every_step");
    let kills = number("STOA_KILLS").unwrap_or(FailPoint::ALL.len() as u64 * 2);
    let (mut reference, mut victim, started) = (Reference::new(), Victim::new(), Instant::now());
    let mut replayed_from_nothing = 0;
    for round in 0..kills {
        let death = Death::of_round(round, &mut choice);
        if matches!(death, Death::At(FailPoint::GenesisBuilt, _)) {
            // Passed once in the life of a node: a new one replays everything.
            victim = Victim::new();
            replayed_from_nothing += 1;
        }
        let signal = victim.live(death, &mut reference, &mut choice);
        let expected = if matches!(death, Death::At(..)) { SIGABRT } else { SIGKILL };
        assert_eq!(signal, Some(expected), "round {round}, {death:?}");
        if round % ROUNDS_BETWEEN_CHECKS == ROUNDS_BETWEEN_CHECKS - 1 {
            victim.check(&reference);
        }
    }
    victim.check(&reference);
    let (height, took) = (reference.chain.height(), started.elapsed());
    println!(
        "{kills} deaths in {took:?}: {height} blocks, {:?} transactions of the actors, {replayed_from_nothing} \
         replays from nothing",
        reference.sequences()
    );
}
