//! Events as clients of the Cosmos SDK expect them.

use cosmos_sdk_proto::cosmos::base::abci::v1beta1::TxMsgData;
use prost::Message as _;
use stoa_mock_consensus::send;

use crate::{START, chain};

#[test]
fn a_transfer_emits_fee_events_and_then_indexed_message_events() {
    let (mut chain, buyer, provider) = chain();
    let tx = chain.tx(&buyer).unwrap().message(send(&buyer, &provider.address(), 7));
    let tx = tx.message(send(&buyer, &provider.address(), 8)).sign(&buyer);
    let result = chain.deliver(tx).unwrap();
    let value = |event: &stoa_modules::Event, key: &str| {
        let mut attributes = event.attributes.iter();
        attributes.find(|attribute| attribute.key == key).map(|attribute| attribute.value.clone())
    };
    let of_messages: Vec<_> =
        result.events.iter().filter(|event| value(event, "msg_index").is_some()).collect();
    assert!(result.events.iter().any(|event| event.kind == "tx" && value(event, "fee").is_some()));
    assert!(result.events.iter().any(|event| value(event, "acc_seq").is_some()));

    let action = of_messages.first().unwrap();
    assert_eq!(action.kind, "message");
    assert_eq!(value(action, "action").unwrap(), "/cosmos.bank.v1beta1.MsgSend");
    assert_eq!(value(action, "sender").unwrap(), buyer.address().to_string());
    let transfers: Vec<_> =
        of_messages.iter().filter(|event| event.kind == "transfer").copied().collect();
    assert_eq!(transfers.len(), 2);
    assert_eq!(value(transfers[1], "amount").unwrap(), "8ustoa");
    for event in &of_messages {
        assert_eq!(event.attributes.last().unwrap().key, "msg_index");
    }
    assert_eq!(value(transfers[1], "msg_index").unwrap(), "1");
}

#[test]
fn the_data_of_a_transaction_has_one_answer_a_message() {
    let (mut chain, buyer, provider) = chain();
    let tx = chain.tx(&buyer).unwrap().message(send(&buyer, &provider.address(), 7));
    let result = chain.deliver(tx.sign(&buyer)).unwrap();
    let data = TxMsgData::decode(result.data.as_slice()).unwrap();
    let types: Vec<_> = data.msg_responses.iter().map(|any| any.type_url.as_str()).collect();
    assert_eq!(types, ["/cosmos.bank.v1beta1.MsgSendResponse"]);
    assert!(result.gas_used > 0 && result.gas_used <= result.gas_wanted);
}

#[test]
fn a_failed_transaction_keeps_the_events_of_its_fee_alone() {
    let (mut chain, buyer, provider) = chain();
    let tx = chain.tx(&buyer).unwrap().message(send(&buyer, &provider.address(), START * 9));
    let result = chain.deliver(tx.sign(&buyer)).unwrap();
    assert_eq!(result.code, 5);
    assert!(result.events.iter().any(|event| event.kind == "tx"));
    let mut attributes = result.events.iter().flat_map(|event| &event.attributes);
    assert!(attributes.all(|attribute| attribute.key != "msg_index"));
}
