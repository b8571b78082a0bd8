use super::*;
use crate::testing::context;

fn modules() -> (tempfile::TempDir, Modules) {
    let dir = tempfile::tempdir().unwrap();
    let modules = Modules::open(dir.path()).unwrap();
    (dir, modules)
}

#[test]
fn unknown_messages_and_paths_are_refused_with_the_codes_of_the_sdk() {
    let (_dir, modules) = modules();
    let message = Any { type_url: "/sign.MsgSignData".to_owned(), value: Vec::new() };
    let refused = modules.signers(&message).unwrap_err();
    assert_eq!(refused.code(), 2);
    assert_eq!(refused.to_string(), "unable to resolve type URL /sign.MsgSignData: tx parse error");
    assert_eq!(modules.execute(&mut context(), &message).unwrap_err().code(), 6);
    assert_eq!(modules.query(&context(), "/no.Such/Path", &[]).unwrap_err().code(), 6);
}

#[test]
fn absent_genesis_sections_take_their_defaults_and_broken_ones_are_named() {
    let (_dir, modules) = modules();
    modules.init_genesis(&mut context(), &serde_json::json!({})).unwrap();
    let broken = serde_json::json!({"bank": {"balances": 5}});
    let error = modules.init_genesis(&mut context(), &broken).unwrap_err();
    assert!(error.to_string().contains("bank"), "{error}");
}
