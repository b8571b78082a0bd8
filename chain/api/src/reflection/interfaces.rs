//! Which messages may stand where an `Any` stands, as the SDK's registry of interfaces tells it.

use stoa_app::tx::schema::{self, Shape};

use crate::shapes::responses;

/// An interface, and whether a message with a package and a name implements it.
type Interface = (&'static str, fn(&str, &str) -> bool);

/// Interface of messages that transactions hold.
pub(super) const MSG: &str = "cosmos.base.v1beta1.Msg";
/// Interface of the answers of those.
const MSG_RESPONSE: &str = "cosmos.tx.v1beta1.MsgResponse";

/// The names say what each message is.
const INTERFACES: &[Interface] = &[
    ("cosmos.auth.v1beta1.AccountI", |_, name| name.ends_with("Account") && !is_message(name)),
    ("cosmos.auth.v1beta1.ModuleAccountI", |_, name| name == "ModuleAccount"),
    ("cosmos.authz.v1beta1.Authorization", |_, name| name.ends_with("Authorization")),
    (MSG, |_, name| is_message(name)),
    ("cosmos.crypto.PubKey", |package, _| package.starts_with("cosmos.crypto.")),
    ("cosmos.evidence.v1beta1.Evidence", |package, name| {
        package == "cosmos.evidence.v1beta1" && !is_message(name)
    }),
    ("cosmos.feegrant.v1beta1.FeeAllowanceI", |package, name| {
        package == "cosmos.feegrant.v1beta1" && !is_message(name)
    }),
    (MSG_RESPONSE, |_, _| false),
    ("cosmos.tx.v1beta1.Tx", |package, name| package == "cosmos.tx.v1beta1" && name == "Tx"),
    ("cosmos.vesting.v1beta1.VestingAccount", |package, name| {
        package == "cosmos.vesting.v1beta1" && !is_message(name) && name != "BaseVestingAccount"
    }),
    ("cosmwasm.wasm.v1.ContractAuthzFilterX", |_, name| name.ends_with("Filter")),
    ("cosmwasm.wasm.v1.ContractAuthzLimitX", |_, name| name.ends_with("Limit")),
];

fn is_message(name: &str) -> bool {
    name.starts_with("Msg")
}

/// Names of all interfaces.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    INTERFACES.iter().map(|(name, _)| *name)
}

/// The messages that implement an interface; nothing if there is no such interface.
pub(super) fn implementations(interface: &str) -> Option<Vec<&'static str>> {
    let (name, implements) = INTERFACES.iter().find(|(name, _)| *name == interface)?;
    if *name == MSG_RESPONSE {
        return Some(responses().map(|shape| shape.name).collect());
    }
    let fits = |shape: &&Shape| {
        shape.name.rsplit_once('.').is_some_and(|(package, name)| implements(package, name))
    };
    Some(schema::packed().filter(fits).map(|shape| shape.name).collect())
}

/// A message's name inside an `Any`.
pub(super) fn type_url(name: &str) -> String {
    format!("/{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_packed_message_implements_an_interface() {
        let known: Vec<&str> = names().filter_map(implementations).flatten().collect();
        for shape in schema::packed() {
            assert!(known.contains(&shape.name), "{}", shape.name);
        }
    }

    #[test]
    fn messages_are_what_transactions_hold() {
        let messages = implementations(MSG).unwrap();
        assert!(messages.contains(&"cosmos.bank.v1beta1.MsgSend"));
        assert!(messages.iter().all(|name| name.contains(".Msg")));
        assert!(implementations("cosmos.base.v1beta1.Nothing").is_none());
    }
}
