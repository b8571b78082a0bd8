//! Differences that are meant; each stands in docs/compatibility.md too.

use super::Field;

/// Differences that do not fail a run.
pub struct Allowed {
    /// Beginning of the case's name.
    pub case: &'static str,
    /// The parts.
    pub fields: &'static [Field],
    /// Why.
    pub reason: &'static str,
}

impl Allowed {
    /// Whether it covers a difference.
    pub fn covers(&self, case: &str, field: Field) -> bool {
        self.fields.contains(&field) && case.starts_with(self.case)
    }
}

const EVERYTHING: &[Field] = &[
    Field::Code,
    Field::GasWanted,
    Field::GasUsed,
    Field::Events,
    Field::Data,
    Field::State,
    Field::Log,
];
const CODE_AND_GAS: &[Field] = &[Field::Code, Field::GasUsed, Field::Log];

/// All of them.
pub const ALLOWED: &[Allowed] = &[
    Allowed {
        case: "amount in another notation",
        fields: EVERYTHING,
        reason: "amounts are decimal digits; wasmd also reads +7, 0x1f and 1_000",
    },
    Allowed {
        case: "amount above 2^128",
        fields: CODE_AND_GAS,
        reason: "amounts are below 2^128; wasmd counts to 2^256",
    },
    Allowed {
        case: "no key after the first signature",
        fields: EVERYTHING,
        reason: "wasmd panics when a signer leaves out the key that its account has; here that is right",
    },
    Allowed {
        case: "no fee message",
        fields: EVERYTHING,
        reason: "wasmd panics when a transaction has no fee message; here it has no gas",
    },
    Allowed {
        case: "cw1 delegate",
        fields: CODE_AND_GAS,
        reason: "there is no staking module here; wasmd's refuses the validator's address",
    },
    Allowed {
        case: "stack",
        fields: &[Field::GasUsed],
        reason: "how deep a contract can call itself depends on the engine's machine code",
    },
];
