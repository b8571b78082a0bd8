//! A chain of one validator without a network.

use std::{num::NonZeroUsize, path::Path};

use cosmos_sdk_proto::cosmos::{
    auth::v1beta1::{BaseAccount, QueryAccountRequest, QueryAccountResponse},
    bank::v1beta1::{
        QueryBalanceRequest, QueryBalanceResponse, QuerySupplyOfRequest, QuerySupplyOfResponse,
    },
};
use prost::Message;
use stoa_app::{
    App, AppConfig, AppError, Block, BlockResult, InitChain, Pruning, QueryRequest, QueryResponse,
    TxResult,
    ante::{AnteParams, GasPriceError},
    snapshot::Schedule,
};
use stoa_modules::{auth::AccAddress, beacon::BeaconKey, upgrade::Upgrades};
use stoa_store::Root;
use tempfile::TempDir;

use crate::{Actor, DENOM, Genesis, TxBuilder};

/// Seconds between two blocks.
pub const BLOCK_SECONDS: u64 = 5;
pub(crate) const NANOS_PER_SECOND: u64 = 1_000_000_000;
/// Cores that test chains execute blocks on, however many there are: whatever is tested is tested with
/// transactions that are executed before their turn.
pub(crate) const CORES: NonZeroUsize = NonZeroUsize::new(3).unwrap();
/// Heights that test chains keep.
const KEEP_RECENT: u64 = 1_000;

/// What test chains ask at admission: the default of `stoad`.
const MIN_GAS_PRICES: &str = "0.025ustoa";

/// Commits, and lets the snapshot end that is then taken: which of them there are depends on heights alone,
/// and not on who is faster.
pub(crate) fn commit(app: &App) -> Result<(), AppError> {
    app.commit()?;
    app.wait_for_snapshot();
    Ok(())
}

/// What a test chain cannot go on after.
#[derive(Debug, thiserror::Error)]
pub enum MockError {
    /// The application halts.
    #[error(transparent)]
    App(#[from] AppError),
    /// The price of gas cannot be read.
    #[error(transparent)]
    GasPrice(#[from] GasPriceError),
    /// No folder for the state.
    #[error("no folder for the state: {0}")]
    Folder(#[from] std::io::Error),
    /// A block led to another root than before.
    #[error("height {height} replayed to another root")]
    Diverged {
        /// The height.
        height: u64,
    },
    /// Validators judge one block differently.
    #[error("the validators do not agree whether block {height} is acceptable")]
    Disagreement {
        /// The height.
        height: u64,
    },
    /// A block or vote that should be honest is refused.
    #[error("the block or a vote of height {height} is refused")]
    Refused {
        /// The height.
        height: u64,
    },
    /// A query was refused.
    #[error("query refused: {} (codespace {}, code {})", .0.log, .0.codespace, .0.code)]
    Query(Box<QueryResponse>),
    /// An answer is not of the expected type.
    #[error("answer: {0}")]
    Decode(#[from] prost::DecodeError),
    /// The application is not open.
    #[error("the application is not open")]
    Closed,
    /// A transaction that should be good failed.
    #[error("a transaction failed: {} (codespace {}, code {})", .0.log, .0.codespace, .0.code)]
    Failed(Box<TxResult>),
}

/// The application in `folder`, which contributes to the beacon with `beacon` and takes `snapshots`.
pub(crate) fn open(
    folder: &Path,
    beacon: Option<BeaconKey>,
    snapshots: Schedule,
    upgrades: Upgrades,
    cores: NonZeroUsize,
) -> Result<App, MockError> {
    let ante = AnteParams { min_gas_prices: MIN_GAS_PRICES.parse()? };
    let config = AppConfig {
        pruning: Pruning { keep_recent: KEEP_RECENT, interval: 1 },
        min_retain_blocks: 0,
        snapshots,
        ante,
        beacon,
        upgrades,
        cores: Some(cores),
    };
    Ok(App::open(folder, config)?)
}

/// The application with the blocks that consensus would keep.
pub struct MockChain {
    folder: TempDir,
    app: Option<App>,
    genesis: InitChain,
    snapshots: Schedule,
    upgrades: Upgrades,
    cores: NonZeroUsize,
    /// Decided blocks, each with the root that followed; the last one may not be committed yet.
    pub(crate) blocks: Vec<(Block, Option<Root>)>,
}

impl MockChain {
    /// A chain at height 1.
    pub fn new(genesis: &Genesis) -> Result<Self, MockError> {
        let mut chain = Self::at_genesis(genesis)?;
        chain.advance_blocks(1)?;
        Ok(chain)
    }

    /// A chain before its first block.
    pub fn at_genesis(genesis: &Genesis) -> Result<Self, MockError> {
        Self::from_file(genesis.init_chain(), Schedule::NEVER)
    }

    /// A chain before its first block that begins with what consensus read from a genesis file, and takes
    /// `snapshots`.
    pub fn from_file(genesis: InitChain, snapshots: Schedule) -> Result<Self, MockError> {
        let mut chain = Self::unstarted(genesis, snapshots)?;
        chain.reopen()?;
        Ok(chain)
    }

    fn unstarted(genesis: InitChain, snapshots: Schedule) -> Result<Self, MockError> {
        let (folder, app, blocks) = (tempfile::tempdir()?, None, Vec::new());
        let (upgrades, cores) = (Upgrades::default(), CORES);
        Ok(Self { folder, app, genesis, snapshots, upgrades, cores, blocks })
    }

    /// The same chain on so many cores.
    pub fn on_cores(mut self, cores: NonZeroUsize) -> Result<Self, MockError> {
        self.cores = cores;
        self.crash_and_reopen()?;
        Ok(self)
    }

    fn open(&self) -> Result<App, MockError> {
        let (folder, upgrades) = (self.folder.path(), self.upgrades.clone());
        open(folder, None, self.snapshots, upgrades, self.cores)
    }

    /// Another node of this chain that knows nothing yet, not even the genesis.
    pub fn newcomer(&self) -> Result<Self, MockError> {
        let mut chain = Self::unstarted(self.genesis.clone(), self.snapshots)?;
        chain.upgrades = self.upgrades.clone();
        chain.app = Some(chain.open()?);
        Ok(chain)
    }

    /// Executes the blocks of `other` that come after this node's last one.
    pub fn follow(&mut self, other: &Self) -> Result<(), MockError> {
        self.blocks.clone_from(&other.blocks);
        self.crash_and_reopen()
    }

    /// Root after block `height`, as it was recorded.
    #[must_use]
    pub fn root_after(&self, height: u64) -> Option<Root> {
        self.blocks.iter().find(|(block, _)| block.height == height)?.1
    }

    /// The application.
    pub fn app(&self) -> Result<&App, MockError> {
        self.app.as_ref().ok_or(MockError::Closed)
    }

    /// Height of the last block.
    #[must_use]
    pub fn height(&self) -> u64 {
        let before_first = self.genesis.initial_height.saturating_sub(1);
        self.blocks.last().map_or(before_first, |(block, _)| block.height)
    }

    /// Root after the last commit.
    pub fn app_hash(&self) -> Result<Option<Root>, MockError> {
        Ok(self.app()?.info()?.app_hash)
    }

    /// The genesis that the chain began with.
    #[must_use]
    pub const fn genesis(&self) -> &InitChain {
        &self.genesis
    }

    /// The blocks from the first on, each with the root that followed it if it was executed.
    #[must_use]
    pub fn blocks(&self) -> &[(Block, Option<Root>)] {
        &self.blocks
    }

    /// Decides `count` empty blocks.
    pub fn advance_blocks(&mut self, count: u64) -> Result<(), MockError> {
        for _ in 0..count {
            self.deliver_block(Vec::new())?;
        }
        Ok(())
    }

    /// Decides a block with one transaction.
    pub fn deliver(&mut self, tx: Vec<u8>) -> Result<TxResult, MockError> {
        Ok(self.deliver_block(vec![tx])?.into_iter().next().unwrap_or_default())
    }

    /// Decides a block, whatever is in it, and commits it.
    pub fn deliver_block(&mut self, txs: Vec<Vec<u8>>) -> Result<Vec<TxResult>, MockError> {
        Ok(self.decide_block(Block { txs, ..Block::default() })?.tx_results)
    }

    /// Decides a block with the transactions, votes and misbehaviour of `parts`, and commits it.
    pub fn decide_block(&mut self, parts: Block) -> Result<BlockResult, MockError> {
        let block = self.decide(Vec::new());
        let block = Block { height: block.height, time_nanos: block.time_nanos, ..parts };
        if let Some((last, _)) = self.blocks.last_mut() {
            *last = block.clone();
        }
        let result = self.app()?.finalize_block(&block)?;
        self.record(result.app_hash)?;
        commit(self.app()?)?;
        Ok(result)
    }

    /// The last block, which the application halted on, is executed by a binary that knows `upgrades`.
    pub fn exchange_binary(&mut self, upgrades: Upgrades) -> Result<(), MockError> {
        self.upgrades = upgrades;
        self.crash_and_reopen()
    }

    /// The folder of the application.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The next block enters the block store.
    pub(crate) fn decide(&mut self, txs: Vec<Vec<u8>>) -> Block {
        let height = self.height() + 1;
        let blocks = (height + 1).saturating_sub(self.genesis.initial_height);
        let elapsed = blocks * BLOCK_SECONDS * NANOS_PER_SECOND;
        let block = Block {
            height,
            time_nanos: self.genesis.time_nanos + elapsed,
            txs,
            ..Block::default()
        };
        self.blocks.push((block.clone(), None));
        block
    }

    /// Notes the root of the last block, or compares it with the one noted before.
    pub(crate) fn record(&mut self, app_hash: Root) -> Result<(), MockError> {
        let Some((block, noted)) = self.blocks.last_mut() else { return Ok(()) };
        match *noted.get_or_insert(app_hash) == app_hash {
            true => Ok(()),
            false => Err(MockError::Diverged { height: block.height }),
        }
    }

    /// Closes the application as a crash does: what is not committed is lost.
    pub(crate) fn crash(&mut self) {
        self.app = None;
    }

    /// Loses everything on the disk of a closed application.
    pub(crate) fn forget(&mut self) -> Result<(), MockError> {
        self.folder = tempfile::tempdir()?;
        Ok(())
    }

    /// Opens the application again and replays, as consensus does, the blocks that it lacks.
    pub(crate) fn reopen(&mut self) -> Result<(), MockError> {
        let app = self.open()?;
        let committed = app.info()?;
        if committed.height == 0 {
            app.init_chain(self.genesis.clone())?;
        }
        for (block, noted) in &mut self.blocks {
            let height = block.height;
            let app_hash = if height < committed.height {
                continue;
            } else if height == committed.height {
                committed.app_hash.unwrap_or_default()
            } else {
                let result = app.finalize_block(block)?;
                commit(&app)?;
                result.app_hash
            };
            if *noted.get_or_insert(app_hash) != app_hash {
                return Err(MockError::Diverged { height });
            }
        }
        self.app = Some(app);
        Ok(())
    }

    /// Admission to the mempool.
    pub fn check(&self, tx: &[u8]) -> Result<TxResult, MockError> {
        Ok(self.app()?.check_tx(tx, false))
    }

    /// Asks at the last height.
    pub fn query<A: Message + Default>(
        &self,
        path: &str,
        request: &impl Message,
    ) -> Result<A, MockError> {
        self.query_at(0, path, request)
    }

    /// Asks at a height.
    pub fn query_at<A: Message + Default>(
        &self,
        height: i64,
        path: &str,
        request: &impl Message,
    ) -> Result<A, MockError> {
        let (path, data) = (path.to_owned(), request.encode_to_vec());
        let answer = self.app()?.query(&QueryRequest { path, data, height, prove: false });
        if answer.code != 0 {
            return Err(MockError::Query(Box::new(answer)));
        }
        Ok(A::decode(answer.value.as_slice())?)
    }

    /// Account number and sequence of `actor`.
    pub fn account(&self, actor: &Actor) -> Result<(u64, u64), MockError> {
        let request = QueryAccountRequest { address: actor.address().to_string() };
        let answer: QueryAccountResponse =
            self.query("/cosmos.auth.v1beta1.Query/Account", &request)?;
        let account = BaseAccount::decode(answer.account.unwrap_or_default().value.as_slice())?;
        Ok((account.account_number, account.sequence))
    }

    /// A transaction of `actor` with its present account number and sequence.
    pub fn tx(&self, actor: &Actor) -> Result<TxBuilder, MockError> {
        let (account_number, sequence) = self.account(actor)?;
        Ok(TxBuilder::new(account_number, sequence))
    }

    /// What `address` owns.
    pub fn balance(&self, address: &AccAddress) -> Result<u128, MockError> {
        let (address, denom) = (address.to_string(), DENOM.to_owned());
        let answer: QueryBalanceResponse = self
            .query("/cosmos.bank.v1beta1.Query/Balance", &QueryBalanceRequest { address, denom })?;
        Ok(answer.balance.and_then(|coin| coin.amount.parse().ok()).unwrap_or_default())
    }

    /// What all accounts own together, as the bank says.
    pub fn supply(&self) -> Result<u128, MockError> {
        let request = QuerySupplyOfRequest { denom: DENOM.to_owned() };
        let answer: QuerySupplyOfResponse =
            self.query("/cosmos.bank.v1beta1.Query/SupplyOf", &request)?;
        Ok(answer.amount.and_then(|coin| coin.amount.parse().ok()).unwrap_or_default())
    }
}
