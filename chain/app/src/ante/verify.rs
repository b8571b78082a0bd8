//! Sequences and signatures.

use stoa_modules::{
    Context, ExecMode, ModuleError,
    auth::{self, Account, MultisigKey, PublicKey},
};

use super::{
    AnteError, Verified,
    signers::{Signed, Signers},
};
use crate::tx::{SignModeError, SignatureData, SignerData, Tx};

use cosmos_sdk_proto::cosmos::tx::signing::v1beta1::SignMode;

/// Why a signature is not over a transaction; the words of the SDK.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum VerifyError {
    #[error(transparent)]
    Mode(#[from] SignModeError),
    #[error("unable to verify single signer signature")]
    Single,
    #[error("unable to verify signature at index {index}")]
    Member { index: usize },
    #[error("expected a multisig key, got a single one")]
    NoMultisig,
    #[error("unable to parse pubkey of index {index}")]
    Kind { index: usize },
    #[error("bit array size is incorrect, expecting: {expected}")]
    BitArray { expected: usize },
    #[error("signature size is incorrect {actual}")]
    Count { actual: usize },
    #[error("not enough signatures set, have {actual}, expected {expected}")]
    Threshold { actual: usize, expected: u32 },
}

/// Checks sequences always, signatures except in simulations and rechecks.
pub(super) fn check(
    ctx: &Context,
    tx: &Tx,
    verified: &Verified,
    required: &Signers,
    signatures: &[Signed<'_>],
) -> Result<(), ModuleError> {
    if tx.is_unordered() {
        return Err(AnteError::Unordered.into());
    }
    let (expected, actual) = (required.addresses.len(), tx.signer_infos().len());
    if expected != actual {
        return Err(AnteError::SignerInfoCount { expected, actual }.into());
    }
    for signed in signatures {
        let account = auth::account_or_refuse(ctx, signed.signer)?;
        let is_simulation = ctx.mode == ExecMode::Simulate;
        if account.key.is_none() && !is_simulation {
            return Err(AnteError::NoKey.into());
        }
        if signed.sequence != account.sequence {
            let (expected, actual) = (account.sequence, signed.sequence);
            return Err(AnteError::WrongSequence { expected, actual }.into());
        }
        if !is_simulation && ctx.mode != ExecMode::Recheck {
            check_one(ctx, tx, verified, &account, &signed.data)?;
        }
    }
    Ok(())
}

/// Verifies with the key, number and sequence that the account will have when its turn comes: those of
/// `ctx`, and what the transaction says about them where it must be right in the end.
pub(super) fn check_ahead(
    ctx: &Context,
    tx: &Tx,
    verified: &Verified,
    signed: &Signed<'_>,
) -> Result<(), ModuleError> {
    let mut account = auth::account_or_refuse(ctx, signed.signer)?;
    account.sequence = signed.sequence;
    if account.key.is_none() {
        account.key = signed.key.map(PublicKey::from_any).transpose()?;
    }
    Ok(check_one(ctx, tx, verified, &account, &signed.data)?)
}

/// Whether `signed` has a sequence that its account comes to while so many others wait.
pub(super) fn may_follow(ctx: &Context, signed: &Signed<'_>, most_pending: u64) -> bool {
    let Ok(Some(account)) = auth::account(ctx, signed.signer) else { return false };
    signed.sequence.checked_sub(account.sequence).is_some_and(|ahead| ahead <= most_pending)
}

fn check_one(
    ctx: &Context,
    tx: &Tx,
    verified: &Verified,
    account: &Account,
    data: &SignatureData,
) -> Result<(), AnteError> {
    let key = account.key.as_ref().ok_or(AnteError::NoKey)?;
    let chain_id = &ctx.block.chain_id;
    let Account { number: account_number, sequence, .. } = *account;
    let mut documents = Documents {
        tx,
        verified,
        signer: SignerData { chain_id, account_number, sequence },
        made: Vec::new(),
    };
    documents.verify(key, data).map_err(|reason| {
        let chain_id = chain_id.clone();
        if is_amino_only(data) {
            AnteError::BadAminoSignature { account_number, sequence, chain_id }
        } else {
            AnteError::BadSignature { account_number, chain_id, reason: reason.to_string() }
        }
    })
}

/// Such signers see no sequence of theirs in the transaction, so the refusal names it.
fn is_amino_only(data: &SignatureData) -> bool {
    match data {
        SignatureData::Single { mode, .. } => *mode == i32::from(SignMode::LegacyAminoJson),
        SignatureData::Multi { signatures, .. } => signatures.iter().all(is_amino_only),
    }
}

/// What one signer signs, made once for each mode.
struct Documents<'a> {
    tx: &'a Tx,
    verified: &'a Verified,
    signer: SignerData<'a>,
    made: Vec<(i32, Vec<u8>)>,
}

impl Documents<'_> {
    fn verify(&mut self, key: &PublicKey, data: &SignatureData) -> Result<(), VerifyError> {
        match (key, data) {
            (key, SignatureData::Single { mode, signature }) => {
                let verified = self.verified;
                if verified.verifies(key, self.of_mode(*mode)?, signature) {
                    Ok(())
                } else {
                    Err(VerifyError::Single)
                }
            }
            (PublicKey::Multisig(key), SignatureData::Multi { signed, signatures }) => {
                self.verify_multi(key, signed, signatures)
            }
            (_, SignatureData::Multi { .. }) => Err(VerifyError::NoMultisig),
        }
    }

    /// Every set bit has one signature, by the member at its place; more than enough must be right, too.
    fn verify_multi(
        &mut self,
        key: &MultisigKey,
        signed: &[bool],
        signatures: &[SignatureData],
    ) -> Result<(), VerifyError> {
        let members = key.members();
        if signed.len() != members.len() {
            return Err(VerifyError::BitArray { expected: members.len() });
        }
        let actual = signed.iter().filter(|signed| **signed).count();
        if signatures.len() != actual {
            return Err(VerifyError::Count { actual: signatures.len() });
        }
        let expected = key.threshold();
        if u32::try_from(actual).unwrap_or(u32::MAX) < expected {
            return Err(VerifyError::Threshold { actual, expected });
        }
        let who = members.iter().enumerate().zip(signed).filter(|(_, signed)| **signed);
        for (((index, member), _), data) in who.zip(signatures) {
            self.verify(member, data).map_err(|reason| match reason {
                VerifyError::Single => VerifyError::Member { index },
                VerifyError::NoMultisig => VerifyError::Kind { index },
                other => other,
            })?;
        }
        Ok(())
    }

    fn of_mode(&mut self, mode: i32) -> Result<&[u8], SignModeError> {
        let place = match self.made.iter().position(|(made, _)| *made == mode) {
            Some(place) => place,
            None => {
                self.made.push((mode, self.tx.sign_bytes(mode, &self.signer)?));
                self.made.len() - 1
            }
        };
        Ok(self.made.get(place).map_or(&[], |(_, document)| document.as_slice()))
    }
}
