//! The step that makes a second execution of the same bytes impossible.

use stoa_modules::{Context, ModuleError, auth};

use super::{AnteError, signers::Signers};

pub(super) fn advance(ctx: &Context, signers: &Signers) -> Result<(), ModuleError> {
    for signer in &signers.addresses {
        let mut account = auth::account_or_refuse(ctx, signer)?;
        let next = account.sequence.checked_add(1);
        account.sequence =
            next.ok_or_else(|| AnteError::SequenceOverflow { address: signer.clone() })?;
        auth::save_account(ctx, &account)?;
    }
    Ok(())
}
