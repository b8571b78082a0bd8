//! A transaction before names become addresses.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A gas limit that is never reached by what a scenario means to succeed.
pub const WITHOUT_LIMIT: u64 = 20_000_000;

/// Coins as `5uother,7ustoa`; not checked, so that wrong lists can be sent.
pub type Coins = String;

/// One transaction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tx {
    /// What it tries.
    pub name: String,
    /// Who signs, in order.
    pub signers: Vec<String>,
    /// What it does.
    pub actions: Vec<Action>,
    /// Gas limit.
    pub gas: u64,
    /// Fee; empty for none.
    pub fee: Coins,
    /// Memo.
    pub memo: String,
    /// Last height; zero for any.
    pub timeout_height: u64,
    /// What is wrong with it, if anything.
    pub flaw: Option<Flaw>,
}

impl Tx {
    /// A transaction of one message, signed by `signer`, without fee.
    pub fn new(name: impl Into<String>, signer: &str, action: Action) -> Self {
        Self {
            name: name.into(),
            signers: vec![signer.to_owned()],
            actions: vec![action],
            gas: WITHOUT_LIMIT,
            fee: String::new(),
            memo: String::new(),
            timeout_height: 0,
            flaw: None,
        }
    }

    /// Another message.
    #[must_use]
    pub fn and(mut self, action: Action) -> Self {
        self.actions.push(action);
        self
    }

    /// Another gas limit.
    #[must_use]
    pub const fn gas(mut self, gas: u64) -> Self {
        self.gas = gas;
        self
    }

    /// A fee.
    #[must_use]
    pub fn fee(mut self, fee: &str) -> Self {
        fee.clone_into(&mut self.fee);
        self
    }

    /// A memo.
    #[must_use]
    pub fn memo(mut self, memo: impl Into<String>) -> Self {
        self.memo = memo.into();
        self
    }

    /// A last height.
    #[must_use]
    pub const fn timeout(mut self, height: u64) -> Self {
        self.timeout_height = height;
        self
    }

    /// Other signers.
    #[must_use]
    pub fn signed_by(mut self, signers: &[&str]) -> Self {
        self.signers = signers.iter().map(|name| (*name).to_owned()).collect();
        self
    }

    /// Expected to be refused before its sequence is used.
    #[must_use]
    pub const fn with_free_sequence(self) -> Self {
        self.with(Flaw::Elsewhere)
    }

    /// Something wrong.
    #[must_use]
    pub const fn with(mut self, flaw: Flaw) -> Self {
        self.flaw = Some(flaw);
        self
    }
}

/// What may be wrong with a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Flaw {
    /// A bit of the signature is flipped.
    Signature,
    /// The twin with a high s.
    HighS,
    /// Signed for another chain.
    ChainId,
    /// Signed for another account number.
    AccountNumber,
    /// So far from the right sequence.
    Sequence(i64),
    /// The key of someone else.
    ForeignKey,
    /// No key.
    NoKey,
    /// No signature.
    NoSignature,
    /// No signer info.
    NoSignerInfo,
    /// One signature too many.
    ExtraSignature,
    /// Half of the bytes.
    Truncated,
    /// A field that nobody knows in the body, critical or not.
    UnknownField {
        /// Number of the field.
        number: u32,
    },
    /// A mode of signing that is not enabled.
    Mode(i32),
    /// No fee message at all.
    NoFee,
    /// An extension option.
    Extension,
    /// A granter who has granted nothing.
    Granter,
    /// Nothing about the signature, but something that keeps the sequence from being used.
    Elsewhere,
}

/// One message. Addresses are names: an actor, a contract, `!text` for the text itself, or any other
/// name for an address that nobody has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Action {
    /// `MsgSend`.
    Send {
        /// Owner.
        from: String,
        /// Recipient.
        to: String,
        /// What.
        coins: Coins,
    },
    /// `MsgStoreCode`.
    Store {
        /// Owner.
        from: String,
        /// A file of contract code, e.g. `probe.gz`.
        file: String,
    },
    /// `MsgInstantiateContract`, or `MsgInstantiateContract2` with a salt.
    Instantiate {
        /// Creator.
        from: String,
        /// Name of the code's file, or a number.
        code: String,
        /// Label, which is also the contract's name.
        label: String,
        /// Admin, if any.
        admin: String,
        /// Message with names in it.
        msg: Value,
        /// Funds.
        funds: Coins,
        /// Salt, if the address is predictable.
        salt: Option<String>,
    },
    /// `MsgExecuteContract`.
    Execute {
        /// Caller.
        from: String,
        /// Contract.
        contract: String,
        /// Message with names in it.
        msg: Value,
        /// Funds.
        funds: Coins,
    },
    /// `MsgMigrateContract`.
    Migrate {
        /// Admin.
        from: String,
        /// Contract.
        contract: String,
        /// Name of the code's file, or a number.
        code: String,
        /// Message with names in it.
        msg: Value,
    },
    /// `MsgUpdateAdmin`.
    UpdateAdmin {
        /// Admin.
        from: String,
        /// Contract.
        contract: String,
        /// Next admin.
        admin: String,
    },
    /// `MsgClearAdmin`.
    ClearAdmin {
        /// Admin.
        from: String,
        /// Contract.
        contract: String,
    },
    /// Any message whose JSON form is known, e.g. `/cosmwasm.wasm.v1.MsgPinCodes`.
    Message {
        /// Its type.
        type_url: String,
        /// Its fields with names in them, in the JSON of protobuf.
        fields: Value,
    },
    /// `MsgExec`: all of them for whoever would have to sign.
    Exec {
        /// Who signs instead.
        from: String,
        /// The messages.
        actions: Vec<Action>,
    },
    /// `MsgGrant`.
    Grant {
        /// Whose rights.
        from: String,
        /// Who may use them.
        to: String,
        /// The authorization.
        authorization: Box<Action>,
    },
    /// `MsgGrantAllowance`.
    Allow {
        /// Who pays.
        from: String,
        /// For whom.
        to: String,
        /// The allowance.
        allowance: Box<Action>,
    },
    /// Any message.
    Raw {
        /// Its type.
        type_url: String,
        /// Its bytes in hex.
        hex: String,
    },
    /// The message, with this appended to its bytes (hex).
    Appended {
        /// The message.
        action: Box<Action>,
        /// Bytes.
        hex: String,
    },
}

impl Action {
    /// A send.
    pub fn send(from: &str, to: &str, coins: &str) -> Self {
        Self::Send { from: from.into(), to: to.into(), coins: coins.into() }
    }

    /// An upload.
    pub fn store(from: &str, file: &str) -> Self {
        Self::Store { from: from.into(), file: file.into() }
    }

    /// An instantiation without admin and funds.
    pub fn instantiate(from: &str, code: &str, label: &str, msg: Value) -> Self {
        Self::Instantiate {
            from: from.into(),
            code: code.into(),
            label: label.into(),
            admin: String::new(),
            msg,
            funds: String::new(),
            salt: None,
        }
    }

    /// A call without funds.
    pub fn execute(from: &str, contract: &str, msg: Value) -> Self {
        Self::Execute { from: from.into(), contract: contract.into(), msg, funds: String::new() }
    }

    /// A call with funds.
    pub fn pay(from: &str, contract: &str, msg: Value, funds: &str) -> Self {
        let (from, contract) = (from.into(), contract.into());
        Self::Execute { from, contract, msg, funds: funds.into() }
    }

    /// A message by its type in `cosmwasm.wasm.v1`.
    pub fn wasm(kind: &str, fields: Value) -> Self {
        Self::Message { type_url: format!("/cosmwasm.wasm.v1.{kind}"), fields }
    }

    /// A migration.
    pub fn migrate(from: &str, contract: &str, code: &str, msg: Value) -> Self {
        let (from, contract, code) = (from.into(), contract.into(), code.into());
        Self::Migrate { from, contract, code, msg }
    }
}
