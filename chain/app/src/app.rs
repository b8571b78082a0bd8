//! The application: one state machine, four ways in.

use std::{
    num::NonZeroUsize,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use stoa_modules::{
    BlockInfo, Context, ExecMode, GasMeter,
    beacon::{BeaconKey, Contributor},
    router::Modules,
    upgrade::{self, Upgrades},
};
use stoa_store::{
    CommitRecord, Database, FailPoint, Options, Overlay, Root, StagedCommit, StoreName,
};

use crate::{
    ante::{AnteParams, Verified},
    block::{Note, context},
    error::AppError,
    helpers::Helpers,
    limits::{self, BlockLimits},
    query::Gates,
    snapshot::{Restore, Schedule, Snapshots},
    stores::STORES,
    transactions::{self, Tally},
};

/// Folder of the state below the node's data folder.
const STATE_FOLDER: &str = "state";
/// Folder of snapshots below the node's data folder.
const SNAPSHOTS_FOLDER: &str = "snapshots";
/// Folder of contract code below the node's data folder.
const WASM_FOLDER: &str = "wasm";

/// What an operator may choose, and what the release knows of upgrades; nothing else may change the outcome
/// of a block.
#[derive(Clone, Debug)]
pub struct AppConfig {
    /// Which heights stay readable.
    pub pruning: Pruning,
    /// Blocks that consensus keeps at least; zero for all.
    pub min_retain_blocks: u64,
    /// When snapshots are taken for nodes that start later.
    pub snapshots: Schedule,
    /// What admission to the mempool asks of a transaction.
    pub ante: AnteParams,
    /// With what this node contributes to the beacon, if it is a validator's.
    pub beacon: Option<BeaconKey>,
    /// Upgrades that this binary applies, and heights at which the operator skips one.
    pub upgrades: Upgrades,
    /// Cores that execute a block: all if none is said, and [`MAX_CORES`](crate::MAX_CORES) at most.
    pub cores: Option<NonZeroUsize>,
}

/// Which heights before the last stay readable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pruning {
    /// How many at least: 1 or more, `u64::MAX` for all.
    pub keep_recent: u64,
    /// The others are forgotten at every so many heights.
    pub interval: u64,
}

/// The state machine of the chain, without sockets. Methods may be called from several threads:
/// consensus, mempool and queries do not wait for one another, and queries see committed heights only.
pub struct App {
    pub(crate) modules: Modules,
    pub(crate) database: Database,
    pub(crate) ante: AnteParams,
    pub(crate) verified: Verified,
    pub(crate) contributor: Option<Contributor>,
    pub(crate) snapshots: Snapshots,
    pub(crate) min_retain_blocks: u64,
    restore: Mutex<Option<Restore>>,
    /// What queries and simulations pass before they compute.
    pub(crate) gates: Gates,
    pub(crate) upgrades: Upgrades,
    /// Who helps to execute a block.
    pub(crate) execution: Helpers,
    /// Who helps to admit to the mempool, which does not wait for a block.
    pub(crate) admission: Helpers,
    pub(crate) tally: Mutex<Tally>,
    /// The node's data folder.
    pub(crate) data: PathBuf,
    consensus: Mutex<Consensus>,
    mempool: Mutex<Option<CheckState>>,
}

/// What consensus has begun and not committed.
#[derive(Default)]
pub(crate) struct Consensus {
    /// After `InitChain`, until the first commit.
    pub(crate) genesis: Option<Genesis>,
    /// After `FinalizeBlock`, until `Commit`.
    pub(crate) finalized: Option<Finalized>,
}

/// The state of the genesis file.
pub(crate) struct Genesis {
    pub(crate) overlay: Overlay,
    /// The first block, with the genesis time.
    pub(crate) block: BlockInfo,
}

/// A finalized block.
pub(crate) struct Finalized {
    pub(crate) staged: StagedCommit,
    pub(crate) block: BlockInfo,
}

/// The state that admission to the mempool works on; it is dropped with every block.
pub(crate) struct CheckState {
    pub(crate) overlay: Overlay,
    /// What was committed last.
    pub(crate) committed: Context,
    pub(crate) block: BlockInfo,
    pub(crate) limits: BlockLimits,
}

impl CheckState {
    /// Admission on top of what `committed` shows.
    pub(crate) fn new(
        committed: Overlay,
        block: BlockInfo,
        limits: BlockLimits,
    ) -> Result<Self, AppError> {
        let overlay = committed.fork()?;
        let committed = context(block.clone(), ExecMode::Query, GasMeter::unlimited(), committed);
        Ok(Self { overlay, committed, block, limits })
    }
}

/// Where the application stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AppInfo {
    /// Last height committed; zero before the first.
    pub height: u64,
    /// Root of the state at that height; none before the first.
    pub app_hash: Option<Root>,
    /// How many upgrades were applied.
    pub app_version: u64,
}

impl App {
    /// Opens the application in folder `data`, which is created if absent.
    pub fn open(data: &Path, config: AppConfig) -> Result<Self, AppError> {
        let Pruning { keep_recent, interval: prune_interval } = config.pruning;
        let stores = config.upgrades.stores(&STORES);
        let options = Options { keep_recent, prune_interval, stores: stores.all() };
        let database = Database::open(&data.join(STATE_FOLDER), options)?.without(stores.ended)?;
        let modules = Modules::open(&data.join(WASM_FOLDER)).map_err(AppError::Modules)?;
        let snapshots = Snapshots::open(&data.join(SNAPSHOTS_FOLDER), config.snapshots)?;
        let cores = transactions::cores(config.cores);
        let app = Self {
            modules,
            database,
            snapshots,
            min_retain_blocks: config.min_retain_blocks,
            restore: Mutex::default(),
            ante: config.ante,
            verified: Verified::default(),
            contributor: config.beacon.map(Contributor::new),
            gates: Gates::default(),
            upgrades: config.upgrades,
            execution: Helpers::new(cores, "execution"),
            admission: Helpers::new(cores, "admission"),
            tally: Mutex::default(),
            data: data.to_owned(),
            consensus: Mutex::default(),
            mempool: Mutex::default(),
        };
        app.reset_check_state()?;
        app.prepare()?;
        Ok(app)
    }

    /// Last height and root: where consensus resumes.
    pub fn info(&self) -> Result<AppInfo, AppError> {
        let Some(CommitRecord { height, app_hash, note }) = self.database.latest()? else {
            return Ok(AppInfo { height: 0, app_hash: None, app_version: 0 });
        };
        let block = Note::decode(height, &note)?.block(height);
        let overlay = Overlay::new(self.database.at(height)?.1);
        let ctx = context(block, ExecMode::Query, GasMeter::unlimited(), overlay);
        let app_version = upgrade::protocol_version(&ctx).map_err(AppError::Upgrade)?;
        Ok(AppInfo { height, app_hash: Some(app_hash), app_version })
    }

    /// The stores of the state.
    pub(crate) fn stores(&self) -> Vec<StoreName> {
        self.upgrades.stores(&STORES).mounted
    }

    /// The root after a height that is held.
    pub fn app_hash_at(&self, height: u64) -> Result<Root, AppError> {
        Ok(self.database.at(height)?.0.app_hash)
    }

    /// Persists the finalized block. On return it survives any crash.
    pub fn commit(&self) -> Result<Root, AppError> {
        let mut consensus = self.consensus()?;
        let finalized = consensus.finalized.take().ok_or(AppError::NothingFinalized)?;
        let app_hash = self.database.commit(finalized.staged)?;
        consensus.genesis = None;
        self.reset_check_state()?;
        self.snapshots.after_commit(&self.database, finalized.block.height);
        FailPoint::CommitEnded.reach();
        tracing::info!(height = finalized.block.height, "committed");
        Ok(app_hash)
    }

    /// The root of the last commit computed again from all values: for tests, it reads the whole state.
    pub fn recompute_app_hash(&self) -> Result<Root, AppError> {
        Ok(self.database.recompute_app_hash()?)
    }

    /// Compiles the pinned contract code of the last height.
    pub(crate) fn prepare(&self) -> Result<(), AppError> {
        let Some(record) = self.database.latest()? else { return Ok(()) };
        let block = Note::decode(record.height, &record.note)?.block(record.height);
        let ctx = context(
            block,
            ExecMode::Query,
            GasMeter::unlimited(),
            Overlay::new(self.database.snapshot()?),
        );
        self.modules.prepare(&ctx).map_err(AppError::Modules)
    }

    /// How many transactions of the blocks since the start were executed before their turn.
    pub fn tally(&self) -> Tally {
        *self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets admission to the mempool start again from the last commit.
    pub(crate) fn reset_check_state(&self) -> Result<(), AppError> {
        let mut mempool = self.mempool()?;
        let Some(record) = self.database.latest()? else { return Ok(()) };
        let snapshot = self.database.snapshot()?;
        let block = Note::decode(record.height, &record.note)?.block(record.height);
        let limits = limits::committed(&*snapshot)?;
        *mempool = Some(CheckState::new(Overlay::new(snapshot), block, limits)?);
        Ok(())
    }

    pub(crate) fn consensus(&self) -> Result<MutexGuard<'_, Consensus>, AppError> {
        self.consensus.lock().map_err(|_| AppError::Poisoned)
    }

    pub(crate) fn mempool(&self) -> Result<MutexGuard<'_, Option<CheckState>>, AppError> {
        self.mempool.lock().map_err(|_| AppError::Poisoned)
    }

    pub(crate) fn restore(&self) -> Result<MutexGuard<'_, Option<Restore>>, AppError> {
        self.restore.lock().map_err(|_| AppError::Poisoned)
    }

    /// Returns once no snapshot is being taken.
    pub fn wait_for_snapshot(&self) {
        self.snapshots.wait();
    }
}
