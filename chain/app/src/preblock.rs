//! Before anything else in a block: is this the right binary?

use std::fs;

use stoa_modules::{
    Context,
    upgrade::{self, Due, Plan},
};

use crate::{app::App, error::AppError};

/// The file that tells whoever exchanges binaries (cosmovisor, for example) what is needed.
const UPGRADE_INFO_FILE: &str = "upgrade-info.json";

impl App {
    /// Applies the upgrade that is due. A binary that must not execute the block halts with the reason, and
    /// leaves [`UPGRADE_INFO_FILE`] in the data folder if a newer one is needed.
    pub(crate) fn preblock(&self, ctx: &mut Context) -> Result<(), AppError> {
        match upgrade::due(ctx, &self.upgrades).map_err(AppError::Upgrade)? {
            Due::Nothing => Ok(()),
            Due::Applied(name) => {
                tracing::info!(name, height = ctx.block.height, "an upgrade was applied");
                Ok(())
            }
            Due::Skipped(Plan { name, height, .. }) => {
                tracing::warn!(name, height, "an upgrade was skipped");
                Ok(())
            }
            Due::TooEarly(Plan { name, .. }) => Err(AppError::BinaryTooNew { name }),
            Due::Outdated { name } => Err(AppError::BinaryTooOld { name }),
            Due::Needed(Plan { name, height, info }) => {
                let note = serde_json::json!({
                    "name": name,
                    "time": "0001-01-01T00:00:00Z",
                    "height": ctx.block.height,
                    "info": info,
                });
                fs::write(self.data.join(UPGRADE_INFO_FILE), note.to_string())
                    .map_err(AppError::UpgradeInfo)?;
                Err(AppError::UpgradeNeeded { name, height, info })
            }
        }
    }
}
