//! Messages inside messages, when a contract sends them.

use cosmos_sdk_proto::{Any, cosmos::authz::v1beta1::MsgExec};
use prost::{Message as _, Name as _};

/// Most levels of messages inside messages (Cosmos SDK `MaxUnpackAnyRecursionDepth`): each is a stretch of
/// native stack. Transactions are bounded when they are read.
const MAX_DEPTH: u32 = 10;
/// Most messages in one, on all levels (Cosmos SDK `MaxUnpackAnySubCalls`).
const MAX_MESSAGES: u32 = 100;

/// Whether `message` and all that it carries are of types that `is_known`, not too many and not too deep.
pub fn is_unpackable(message: &Any, is_known: &dyn Fn(&Any) -> bool) -> bool {
    let mut left = MAX_MESSAGES;
    visit(message, is_known, MAX_DEPTH, &mut left)
}

fn visit(message: &Any, is_known: &dyn Fn(&Any) -> bool, depth: u32, left: &mut u32) -> bool {
    let (Some(deeper), Some(fewer)) = (depth.checked_sub(1), left.checked_sub(1)) else {
        return false;
    };
    *left = fewer;
    if message.type_url != MsgExec::type_url() {
        return is_known(message);
    }
    MsgExec::decode(message.value.as_slice())
        .is_ok_and(|exec| exec.msgs.iter().all(|inner| visit(inner, is_known, deeper, left)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exec(msgs: Vec<Any>) -> Any {
        let exec = MsgExec { grantee: String::new(), msgs };
        Any { type_url: MsgExec::type_url(), value: exec.encode_to_vec() }
    }

    fn other() -> Any {
        Any { type_url: "/other".to_owned(), value: Vec::new() }
    }

    #[test]
    fn messages_inside_messages_are_bounded_in_depth_and_number() {
        let is_fine = |message: &Any| is_unpackable(message, &|any| any.type_url == "/other");
        let nested = |levels: u32| (1..levels).fold(other(), |inner, _| exec(vec![inner]));
        assert!(is_fine(&nested(10)) && !is_fine(&nested(11)));
        assert!(is_fine(&exec(vec![other(); 99])) && !is_fine(&exec(vec![other(); 100])));
        assert!(!is_fine(&exec(vec![other(), Any::default()])), "an unknown type");
        assert!(!is_fine(&Any { type_url: MsgExec::type_url(), value: vec![0xff] }));
    }
}
